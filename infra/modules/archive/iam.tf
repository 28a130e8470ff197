# Who may write to the archive, and what a role needs in order to read it.

locals {
  bucket_arn = module.bucket.arn
  # Written out: see main.tf.
  delivery_arn   = "arn:${var.location.partition}:firehose:${var.location.region}:${var.location.account_id}:deliverystream/${local.delivery}"
  log_stream_arn = "arn:${var.location.partition}:logs:${var.location.region}:${var.location.account_id}:log-group:${local.log_group}:log-stream:*"
}

resource "aws_iam_role" "firehose" {
  name               = local.delivery
  description        = "Firehose: from where events travel into the archive."
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "firehose" {
  for_each = merge(
    { write = data.aws_iam_policy_document.write.json },
    !local.from_stream ? {} : { read-events = data.aws_iam_policy_document.read_stream[0].json },
  )

  name   = each.key
  role   = aws_iam_role.firehose.name
  policy = each.value
}

data "aws_iam_policy_document" "assume" {
  statement {
    sid     = "FirehoseOfThisAccount"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["firehose.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.location.account_id]
    }
  }
}

data "aws_iam_policy_document" "write" {
  statement {
    sid       = "FindTheBucket"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [local.bucket_arn]
  }

  statement {
    sid       = "PutObjects"
    actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    resources = ["${local.bucket_arn}/*"]
  }

  statement {
    sid       = "EncryptObjects"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }

  statement {
    sid       = "SayWhatFails"
    actions   = ["logs:PutLogEvents"]
    resources = [local.log_stream_arn]
  }
}

data "aws_iam_policy_document" "read_stream" {
  count = local.from_stream ? 1 : 0

  statement {
    sid       = "ReadTheStream"
    actions   = ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]
    resources = [var.stream_arn]
  }

  statement {
    sid       = "DecryptTheStream"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    sid       = "ListTheArchive"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["event/*"]
    }
  }

  statement {
    sid       = "ReadTheArchive"
    actions   = ["s3:GetObject"]
    resources = ["${local.bucket_arn}/event/*"]
  }

  statement {
    sid       = "DecryptTheArchive"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]
  }
}
