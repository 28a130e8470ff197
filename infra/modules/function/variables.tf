variable "name" {
  description = "Name of the function, its role and its log group."
  type        = string
  nullable    = false
}

variable "description" {
  description = "What the function does, in a sentence."
  type        = string
  nullable    = false
}

variable "handler" {
  description = "Where the code starts: `package.module.function`."
  type        = string
  nullable    = false
}

variable "package" {
  description = "The zip in S3. Another key is other code: what is replaced under the same key is not noticed."
  type        = object({ bucket = string, key = string })
  nullable    = false
}

variable "location" {
  description = "Where this is: partition (`aws`, `aws-cn`, …), region and account."
  type        = object({ partition = string, region = string, account_id = string })
  nullable    = false
}

variable "runtime" {
  description = "What all functions have in common: runtime and architecture, logs, tracing, and the key for logs and environment."
  type = object({
    name               = string
    architecture       = string
    log_level          = string
    log_retention_days = number
    tracing            = string
    kms_key_arn        = string
  })
  nullable = false
}

variable "memory_size" {
  description = "Megabytes. Lambda gives processor time in proportion."
  type        = number
  nullable    = false
}

variable "timeout" {
  description = "Seconds after which Lambda ends an invocation."
  type        = number
  nullable    = false
}

variable "reserved_concurrency" {
  description = "Invocations at the same time that are kept for this function and never exceeded; null leaves it to the account."
  type        = number
  default     = null
}

variable "environment" {
  description = "Environment variables beside those of Powertools."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "metrics_namespace" {
  description = "CloudWatch namespace of the function's own metrics."
  type        = string
  default     = "kube-events"
  nullable    = false
}

variable "policies" {
  description = "What the function may do: policy documents (JSON) by purpose."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "vpc" {
  description = "Subnets and security groups, where the function must reach something private; null for none."
  type        = object({ subnet_ids = list(string), security_group_ids = list(string) })
  default     = null
}

variable "calls_itself" {
  description = "The function sends messages that come back to it (timers, retries): Lambda is not to cut that loop."
  type        = bool
  default     = false
  nullable    = false
}

variable "event_sources" {
  description = <<-EOT
    What calls the function, by name; each has either `stream` or `queue`. `maximum_record_age` and `batching_window` are
    seconds; `failure_destination` is the ARN of a bucket, because only S3 keeps the payload of what was set aside.
  EOT
  type = map(object({
    arn             = string
    batch_size      = number
    batching_window = number
    stream = optional(object({
      parallelization     = number
      maximum_record_age  = number
      failure_destination = string
    }))
    queue = optional(object({
      maximum_concurrency = optional(number)
    }))
  }))
  default  = {}
  nullable = false
}

variable "event_sources_wait_for" {
  description = "Any value: the event sources are connected when it is known, so after whatever it comes from."
  type        = any
  default     = null
}

variable "tags" {
  description = "Tags of everything that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
