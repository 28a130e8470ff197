variable "name" {
  description = "Name of the domain."
  type        = string
  nullable    = false
}

variable "location" {
  description = "Where this is: partition (`aws`, `aws-cn`, …), region and account."
  type        = object({ partition = string, region = string, account_id = string })
  nullable    = false
}

variable "mode" {
  description = "`create` makes a domain, `existing` uses the one at `endpoint`."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["create", "existing"], var.mode)
    error_message = "mode is `create` or `existing`."
  }
}

variable "endpoint" {
  description = "URL of the existing domain."
  type        = string
  default     = null
}

variable "domain_arn" {
  description = "ARN of the existing domain, for the policies of the functions' roles."
  type        = string
  default     = null
}

variable "auth" {
  description = "`sigv4` signs requests with the function's role, `basic` sends user name and password."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["sigv4", "basic"], var.auth)
    error_message = "auth is `sigv4` or `basic`."
  }
}

variable "secret_arn" {
  description = "Secret with user name and password, for `basic`."
  type        = string
  default     = null
}

variable "secret_kms_key_arn" {
  description = "Customer-managed key that encrypts that secret, if one does."
  type        = string
  default     = null
}

variable "domain" {
  description = "The domain to make. `reader_role_arns` are roles of people and tools that may search in it."
  type = object({
    engine_version   = string
    instance_type    = string
    instance_count   = number
    volume_gib       = number
    reader_role_arns = list(string)
  })
  nullable = false
}

variable "kms_key_arn" {
  description = "ARN of the customer-managed key that encrypts the domain."
  type        = string
  nullable    = false
}

variable "vpc" {
  description = "Subnets and security groups of a domain without a public address; null for none."
  type        = object({ subnet_ids = list(string), security_group_ids = list(string) })
  default     = null
}

variable "writer_role_arn" {
  description = "Role of the function that writes documents."
  type        = string
  nullable    = false
}

variable "setup_role_arn" {
  description = "Role of the function that puts template and policies."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
