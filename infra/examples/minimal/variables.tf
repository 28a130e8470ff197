variable "zips" {
  description = "Folder with the functions' zips: what `make package` builds, or those of a release."
  type        = string
}

variable "rules_file" {
  description = "The rules. Those in rules/default.yaml tell ops-mail about everything from medium up."
  type        = string
}

variable "mail" {
  description = "Who is told about the cluster, and about the pipeline."
  type        = string
}
