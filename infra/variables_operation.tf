# How the functions run, what is kept for how long, and who looks after it.

variable "runtime" {
  description = "Lambda's runtime. Releases are built for python3.13."
  type        = string
  default     = "python3.13"
  nullable    = false

  validation {
    condition     = can(regex("^python3\\.1[1-9]$", var.runtime))
    error_message = "runtime is python3.11 or newer, and the one that the zips were built for."
  }
}

variable "architecture" {
  description = "Processor of the functions: `arm64` or `x86_64`. Releases are built for arm64."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture is `arm64` or `x86_64`, and the one that the zips were built for."
  }
}

variable "function_options" {
  description = "By function (`filter_events`, `index_events`, `notify`, `setup_index`): `memory_size` in megabytes, `reserved_concurrency`."
  type = map(object({
    memory_size          = optional(number)
    reserved_concurrency = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.function_options), ["filter_events", "index_events", "notify", "setup_index"])) == 0
    error_message = "function_options has the keys filter_events, index_events, notify and setup_index."
  }
}

variable "vpc" {
  description = <<-EOT
    Subnets and security groups of a domain that has no public address. The two functions that talk to it run there, and
    need a way from there to S3 and the other services. A domain made here (search.mode `create`) takes the first subnets,
    one per instance up to three, each in a zone of its own; the account then needs OpenSearch's service-linked role.
  EOT
  type        = object({ subnet_ids = list(string), security_group_ids = list(string) })
  default     = null

  validation {
    condition     = var.vpc == null ? true : length(var.vpc.subnet_ids) > 0 && length(var.vpc.security_group_ids) > 0
    error_message = "vpc has at least one of subnet_ids and one of security_group_ids; without a network of yours it is left out."
  }

  validation {
    condition     = var.vpc == null || var.search.mode != "create" ? true : length(var.vpc.subnet_ids) >= min(3, var.search.domain.instance_count)
    error_message = "With search.mode `create`, vpc.subnet_ids has a subnet for each of the domain's zones, which are as many as search.domain.instance_count and at most three: ${min(3, var.search.domain.instance_count)} here."
  }
}

variable "log_level" {
  description = "What the functions log: DEBUG, INFO, WARNING or ERROR."
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level is DEBUG, INFO, WARNING or ERROR."
  }
}

variable "log_retention_days" {
  description = "Days after which logs of the functions are deleted: one of the numbers that CloudWatch Logs knows."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "tracing" {
  description = "X-Ray: `Active` samples invocations, `PassThrough` only follows a caller that does."
  type        = string
  default     = "Active"
  nullable    = false

  validation {
    condition     = contains(["Active", "PassThrough"], var.tracing)
    error_message = "tracing is `Active` or `PassThrough`."
  }
}

variable "retention_days" {
  description = "Days after which OpenSearch deletes events."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 3650 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days is a whole number from 1 to 3650."
  }
}

variable "dead_letter_retention_days" {
  description = "Days after which dead letters in S3 are deleted."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.dead_letter_retention_days >= 1 && floor(var.dead_letter_retention_days) == var.dead_letter_retention_days
    error_message = "dead_letter_retention_days is a whole number from 1."
  }
}

variable "alarm_mail" {
  description = "Addresses that get the alarms about the pipeline itself."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.alarm_mail : can(regex("^[^@\\s]+@[^@\\s]+$", address))])
    error_message = "alarm_mail holds addresses such as ops@example.com."
  }
}

variable "kms_key_arn" {
  description = "A customer-managed key of yours instead of one made here. Its policy must let CloudWatch, CloudWatch Logs and (transport eventbridge) EventBridge use it: see key.tf."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete dead letters and secrets at once. Meant for sandboxes."
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
