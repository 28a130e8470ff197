# Who may use bucket and table, and how.

# Through a local: a document that refers to a resource itself is read after the resource has changed, so that a new tag
# would show every policy as unknown in the plan.
locals {
  bucket_arn = module.bucket.arn
  table_arn  = aws_dynamodb_table.this.arn
  index_arn  = "${local.table_arn}/index/by_kind"
  # The second is where Lambda itself puts what an event source mapping gives up; the place is not ours to choose.
  dead_letter_prefixes = { dead-letters = "dead-letters/", lambda-failures = "aws/lambda/" }
}

data "aws_iam_policy_document" "read_configuration" {
  for_each = toset(["rules", "receivers"])

  statement {
    sid       = "ReadConfiguration"
    actions   = ["s3:GetObject"]
    resources = ["${local.bucket_arn}/${each.key}/*"]
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
    resources = [for prefix in local.dead_letter_prefixes : "${local.bucket_arn}/${prefix}*"]
  }

  statement {
    sid = "BeAFailureDestination"
    # Lambda asks whether the bucket is there before it accepts it as a destination.
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]
  }

  statement {
    sid       = "EncryptDeadLetters"
    actions   = ["kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}

data "aws_iam_policy_document" "group" {
  statement {
    sid       = "ReadAndPutGroups"
    actions   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem"]
    resources = [local.table_arn]
  }

  source_policy_documents = [data.aws_iam_policy_document.table_key.json]
}

data "aws_iam_policy_document" "remember" {
  statement {
    sid       = "KeepGroupsDeliveriesAndLimits"
    actions   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [local.table_arn]
  }

  statement {
    sid       = "FindSilences"
    actions   = ["dynamodb:Query"]
    resources = [local.index_arn]
  }

  source_policy_documents = [data.aws_iam_policy_document.table_key.json]
}

data "aws_iam_policy_document" "table_key" {
  statement {
    sid       = "UseTheKeyOfTheTable"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}
