# The archive in S3, which outlives the index.

variable "archive" {
  description = <<-EOT
    Set, every observation is kept in an S3 bucket as well, as compressed JSON lines by date and cluster, for
    `retention_days` (null: for ever); after `glacier_after_days` (null: never) in S3 Glacier Instant Retrieval, which
    is cheaper to keep and dearer to read. `{}` takes the defaults. docs/archive.md says what it is good for.
  EOT
  type = object({
    retention_days     = optional(number, 365)
    glacier_after_days = optional(number)
  })
  default = null

  validation {
    condition     = try(var.archive.retention_days, null) == null ? true : var.archive.retention_days >= 1 && floor(var.archive.retention_days) == var.archive.retention_days
    error_message = "archive.retention_days is a whole number from 1, or null to keep events for ever."
  }

  validation {
    condition     = try(var.archive.glacier_after_days, null) == null ? true : var.archive.glacier_after_days >= 1 && floor(var.archive.glacier_after_days) == var.archive.glacier_after_days
    error_message = "archive.glacier_after_days is a whole number from 1, or null to leave events in S3 Standard."
  }

  validation {
    # S3 refuses a lifecycle that moves an object when it is gone.
    condition     = try(var.archive.glacier_after_days, null) == null || try(var.archive.retention_days, null) == null ? true : var.archive.glacier_after_days < var.archive.retention_days
    error_message = "archive.glacier_after_days is below archive.retention_days."
  }
}
