# Who may use bucket and table, and how.

locals {
  # The second is where Lambda itself puts what an event source mapping gives up; the place is not ours to choose.
  dead_letter_prefixes = { dead-letters = "dead-letters/", lambda-failures = "aws/lambda/" }
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "OnlyEncryptedConnections"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

data "aws_iam_policy_document" "read_configuration" {
  for_each = toset(["rules", "receivers"])

  statement {
    sid       = "ReadConfiguration"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.this.arn}/${each.key}/*"]
  }

  statement {
    sid       = "DecryptConfiguration"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]
  }
}

data "aws_iam_policy_document" "set_aside" {
  statement {
    sid       = "PutDeadLetters"
    actions   = ["s3:PutObject"]
    resources = [for prefix in local.dead_letter_prefixes : "${aws_s3_bucket.this.arn}/${prefix}*"]
  }

  statement {
    sid = "BeAFailureDestination"
    # Lambda asks whether the bucket is there before it accepts it as a destination.
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.this.arn]
  }

  statement {
    sid       = "EncryptDeadLetters"
    actions   = ["kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}

data "aws_iam_policy_document" "remember" {
  statement {
    sid       = "UseTheTable"
    actions   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [aws_dynamodb_table.this.arn]
  }

  statement {
    sid       = "UseTheKeyOfTheTable"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}
