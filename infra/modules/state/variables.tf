variable "name" {
  description = "First part of the names of table and bucket."
  type        = string
  nullable    = false
}

variable "location" {
  description = "Where this is: partition (`aws`, `aws-cn`, …), region and account."
  type        = object({ partition = string, region = string, account_id = string })
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the customer-managed key that encrypts table and bucket."
  type        = string
  nullable    = false
}

variable "rules" {
  description = "The compiled rules (JSON), kept as `rules/<its SHA-256>.json`."
  type        = string
  nullable    = false
}

variable "receivers" {
  description = "The receivers document (JSON), kept as `receivers/<its SHA-256>.json`."
  type        = string
  nullable    = false
}

variable "dead_letter_retention_days" {
  description = "Days after which a dead letter is deleted."
  type        = number
  default     = 90
  nullable    = false
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete a bucket that is not empty, dead letters included."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
