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

variable "cluster" {
  description = "Name of the EKS cluster that ships its events. It is in this account and region, and has the Pod Identity agent."
  type        = string
}
