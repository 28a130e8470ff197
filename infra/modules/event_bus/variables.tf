variable "name" {
  description = "Name of the bus, and first part of the names of its queues."
  type        = string
  nullable    = false
}

variable "location" {
  description = "Where this is: partition (`aws`, `aws-cn`, …), region and account."
  type        = object({ partition = string, region = string, account_id = string })
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the customer-managed key that encrypts the bus. The queues have SQS' own encryption."
  type        = string
  nullable    = false
}

variable "consumers" {
  description = <<-EOT
    Functions that get every event, and how: messages per batch, seconds to wait for a full one, how many batches at the
    same time (null: no bound), the queue's visibility timeout and for how long a message is tried again (seconds), and
    whether it gets the exporters' heartbeats as well.
  EOT
  type = map(object({
    batch_size          = number
    batching_window     = number
    maximum_concurrency = optional(number)
    visibility_timeout  = number
    keep_trying         = number
    heartbeats          = optional(bool, false)
  }))
  nullable = false
}

variable "tags" {
  description = "Tags of everything that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
