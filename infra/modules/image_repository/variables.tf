variable "name" {
  description = "Name of the repository."
  type        = string
  nullable    = false
}

variable "location" {
  description = "Where this is: partition (`aws`, `aws-cn`, …), region and account."
  type        = object({ partition = string, region = string, account_id = string })
  nullable    = false
}

variable "keep" {
  description = "How many versions are kept."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.keep >= 1 && floor(var.keep) == var.keep
    error_message = "keep is a whole number from 1."
  }
}

variable "reader_account_ids" {
  description = "Other accounts whose clusters may pull."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for account in var.reader_account_ids : can(regex("^[0-9]{12}$", account))])
    error_message = "reader_account_ids are account numbers of 12 digits."
  }
}

variable "kms_key_arn" {
  description = "ARN of the customer-managed key that encrypts the images."
  type        = string
  nullable    = false
}

variable "force_delete" {
  description = "Whether the repository may be deleted with images in it."
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
