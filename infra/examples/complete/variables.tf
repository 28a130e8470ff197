variable "idp_metadata" {
  description = "File with the metadata (XML) of the company's identity provider."
  type        = string
}
