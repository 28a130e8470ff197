# The bucket, which forgets by age.

module "bucket" {
  source = "../bucket"

  # Account and region make it unique: names of buckets are shared by everybody.
  name          = "${var.name}-archive-${var.location.account_id}-${var.location.region}"
  kms_key_arn   = var.kms_key_arn
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = module.bucket.name

  rule {
    id     = "forget-events"
    status = "Enabled"

    filter {
      prefix = "event/"
    }

    dynamic "transition" {
      for_each = var.glacier_after_days[*]

      content {
        days = transition.value
        # Not Glacier Flexible Retrieval or Deep Archive: Athena and a replay read at once, or not at all.
        storage_class = "GLACIER_IR"
      }
    }

    dynamic "expiration" {
      for_each = var.retention_days[*]

      content {
        days = expiration.value
      }
    }

    # A rule does something even if nothing is ever deleted.
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # A heartbeat says that an exporter lived at that minute. Nobody asks a week later.
  rule {
    id     = "forget-heartbeats"
    status = "Enabled"

    filter {
      prefix = "heartbeat/"
    }

    expiration {
      days = 7
    }
  }

  rule {
    id     = "forget-errors"
    status = "Enabled"

    filter {
      prefix = "errors/"
    }

    expiration {
      days = var.errors_retention_days
    }
  }

  rule {
    id     = "forget-old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}
