# The bucket, which forgets by age.

resource "aws_s3_bucket" "this" {
  # Account and region make it unique: names of buckets are shared by everybody.
  bucket        = "${var.name}-archive-${var.location.account_id}-${var.location.region}"
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.bucket

  rule {
    # One data key for many objects: fewer calls to KMS, which cost.
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.bucket
  policy = data.aws_iam_policy_document.bucket.json
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.bucket

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
