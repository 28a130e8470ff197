variable "name" {
  description = "First part of the names of bucket and delivery stream."
  type        = string
  nullable    = false
}

variable "location" {
  description = "Where this is: partition (`aws`, `aws-cn`, …), region and account."
  type        = object({ partition = string, region = string, account_id = string })
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the customer-managed key that encrypts bucket, log group and the stream that is read."
  type        = string
  nullable    = false
}

variable "transport" {
  description = "What carries the events: `kinesis` (a stream, which Firehose reads) or `eventbridge` (a bus, which hands them over)."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["kinesis", "eventbridge"], var.transport)
    error_message = "transport is `kinesis` or `eventbridge`."
  }
}

variable "stream_arn" {
  description = "ARN of the stream, with transport `kinesis`."
  type        = string
  default     = null
}

variable "bus_name" {
  description = "Name of the bus, with transport `eventbridge`."
  type        = string
  default     = null

  validation {
    condition     = (var.bus_name != null) == (var.transport == "eventbridge")
    error_message = "bus_name is given with transport `eventbridge`, and only then."
  }
}

variable "retention_days" {
  description = "Days after which events are deleted; null keeps them."
  type        = number
  default     = 365
}

variable "glacier_after_days" {
  description = "Days after which events move to S3 Glacier Instant Retrieval; null leaves them in S3 Standard."
  type        = number
  default     = null
}

variable "errors_retention_days" {
  description = "Days after which records that could not be filed are deleted."
  type        = number
  default     = 90
  nullable    = false
}

variable "log_retention_days" {
  description = "Days after which Firehose's log of its failures is deleted."
  type        = number
  default     = 30
  nullable    = false
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete a bucket that is not empty."
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
