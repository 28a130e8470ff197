# What every bucket of ours is.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "made-up"
  secret_key                  = "made-up"
  max_retries                 = 1
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

run "a_bucket_is_private_and_encrypted_with_our_key" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    name          = "kube-events-123456789012-eu-central-1"
    kms_key_arn   = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    force_destroy = false
  }

  override_resource {
    target          = aws_s3_bucket.this
    override_during = plan
    values          = { arn = "arn:aws:s3:::kube-events-123456789012-eu-central-1" }
  }

  assert {
    condition     = !aws_s3_bucket.this.force_destroy && aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "What lies in it is not destroyed by accident."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "Nothing in it is public."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == var.kms_key_arn
    error_message = "With our key, not with Amazon's."
  }

  assert {
    condition     = jsondecode(data.aws_iam_policy_document.bucket.json).Statement[0].Effect == "Deny" && jsondecode(data.aws_iam_policy_document.bucket.json).Statement[0].Condition.Bool == { "aws:SecureTransport" = "false" }
    error_message = "Nobody comes in without TLS."
  }
}
