# One customer-managed key for everything that is encrypted with a key of ours. The keys that AWS manages would be free,
# but their policies cannot be changed: an alarm could not be sent to an encrypted topic, for example, and nobody is told.

locals {
  kms_key_arn = var.kms_key_arn == null ? aws_kms_key.this[0].arn : var.kms_key_arn
}

resource "aws_kms_key" "this" {
  count = var.kms_key_arn == null ? 1 : 0

  description             = "Encrypts what ${var.name} keeps and sends."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key[0].json
  tags                    = var.tags
}

resource "aws_kms_alias" "this" {
  count = var.kms_key_arn == null ? 1 : 0

  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this[0].key_id
}

data "aws_iam_policy_document" "key" {
  count = var.kms_key_arn == null ? 1 : 0

  statement {
    sid = "TheAccountDecidesByItsPolicies"
    # A key policy speaks about its own key, which has no other name there than *.
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.location.partition}:iam::${local.location.account_id}:root"]
    }
  }

  statement {
    sid       = "CloudWatchSendsAlarms"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.location.account_id]
    }
  }

  statement {
    sid       = "LogGroupsAreEncrypted"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${local.location.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values = [
        for service in ["lambda", "kinesisfirehose"] :
        "arn:${local.location.partition}:logs:${local.location.region}:${local.location.account_id}:log-group:/aws/${service}/${var.name}-*"
      ]
    }
  }

  dynamic "statement" {
    for_each = local.kinesis ? [] : [1]

    content {
      sid       = "TheBusIsEncrypted"
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = ["events.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.location.account_id]
      }
    }
  }
}
