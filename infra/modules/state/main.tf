# What the functions remember: groups, deliveries and silences in a table; configuration and dead letters in a bucket.

resource "aws_dynamodb_table" "this" {
  name         = "${var.name}-state"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "kind"
    type = "S"
  }

  # Only silences have a kind: a function finds all of them by one query, and nothing else is copied into the index.
  global_secondary_index {
    name            = "by_kind"
    hash_key        = "kind"
    projection_type = "ALL"
  }

  ttl {
    attribute_name = "expires"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  tags = var.tags
}

module "bucket" {
  source = "../bucket"

  # Account and region make it unique: names of buckets are shared by everybody.
  name          = "${var.name}-${var.location.account_id}-${var.location.region}"
  kms_key_arn   = var.kms_key_arn
  force_destroy = var.force_destroy
  tags          = var.tags
}

# Nothing waits for this one: the provider looks at it for most of a minute.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = module.bucket.name

  dynamic "rule" {
    for_each = local.dead_letter_prefixes

    content {
      id     = "forget-${rule.key}"
      status = "Enabled"

      filter {
        prefix = rule.value
      }

      expiration {
        days = var.dead_letter_retention_days
      }
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

# A function reads its configuration under a key that holds the content's hash, so a new content is a new object; the old
# one goes only when no function names it any more. Two resources, because the rules are known long before the receivers.

resource "aws_s3_object" "rules" {
  bucket       = module.bucket.name
  key          = "rules/${sha256(var.rules)}.json"
  content      = var.rules
  content_type = "application/json"
  kms_key_id   = var.kms_key_arn
  tags         = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_s3_object" "receivers" {
  bucket       = module.bucket.name
  key          = "receivers/${sha256(var.receivers)}.json"
  content      = var.receivers
  content_type = "application/json"
  kms_key_id   = var.kms_key_arn
  tags         = var.tags

  lifecycle {
    create_before_destroy = true
  }
}
