variable "name" {
  description = "Name of the stream."
  type        = string
  nullable    = false
}

variable "mode" {
  description = "`provisioned` pays per shard, `on-demand` per gigabyte and stream."
  type        = string
  default     = "provisioned"
  nullable    = false

  validation {
    condition     = contains(["provisioned", "on-demand"], var.mode)
    error_message = "mode is `provisioned` or `on-demand`."
  }
}

variable "shards" {
  description = "Shards of a provisioned stream. One takes 1 MB and 1000 events a second."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.shards >= 1 && floor(var.shards) == var.shards
    error_message = "shards is a whole number from 1."
  }
}

variable "retention_hours" {
  description = "How long the stream remembers: how long an outage of OpenSearch may last without losing anything."
  type        = number
  default     = 48
  nullable    = false

  validation {
    condition     = var.retention_hours >= 48 && var.retention_hours <= 8760
    error_message = "retention_hours is between 48 (the promise of the index) and 8760 (Kinesis' own limit)."
  }
}

variable "kms_key_arn" {
  description = "ARN of the customer-managed key that encrypts the stream."
  type        = string
  nullable    = false
}

variable "consumers" {
  description = <<-EOT
    Functions that read the stream, and how: records per batch, seconds to wait for a full one, batches of one shard at
    the same time, the age in seconds at which a record that keeps failing is set aside, and where that is (bucket ARN).
  EOT
  type = map(object({
    batch_size          = number
    batching_window     = number
    parallelization     = number
    maximum_record_age  = number
    failure_destination = string
  }))
  default  = {}
  nullable = false
}

variable "tags" {
  description = "Tags of everything that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
