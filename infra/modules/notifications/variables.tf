variable "name" {
  description = "First part of the names of queues, topics and secrets."
  type        = string
  nullable    = false
}

variable "location" {
  description = "Where this is: partition (`aws`, `aws-cn`, …), region and account."
  type        = object({ partition = string, region = string, account_id = string })
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the customer-managed key that encrypts topics and secrets. The queues have SQS' own encryption."
  type        = string
  nullable    = false
}

variable "receivers" {
  description = "Who is told, by the name that the rules use. The root module says what belongs to which type."
  type = map(object({
    type        = string
    mail        = optional(list(string), [])
    topic_arn   = optional(string)
    secret_arn  = optional(string)
    kms_key_arn = optional(string)
    at_mobiles  = optional(list(string), [])
    at_user_ids = optional(list(string), [])
    at_all      = optional(bool, false)

    send_resolved       = optional(bool, true)
    messages_per_minute = optional(number)
  }))
  nullable = false
}

variable "visibility_timeout" {
  description = "Seconds for which a message that a function has taken is hidden from the others: at least six times the function's timeout."
  type        = number
  nullable    = false
}

variable "force_destroy" {
  description = "Whether `terraform destroy` deletes secrets at once instead of keeping them for 30 days."
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
