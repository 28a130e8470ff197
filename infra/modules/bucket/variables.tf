variable "name" {
  description = "Name of the bucket."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the customer-managed key that encrypts what lies in it."
  type        = string
  nullable    = false
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete it when it is not empty."
  type        = bool
  nullable    = false
}

variable "tags" {
  description = "Tags of the bucket."
  type        = map(string)
  default     = {}
  nullable    = false
}
