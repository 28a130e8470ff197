# Logs of the domain, of which there are none unasked. Audit logs are also to be switched on in OpenSearch itself.

locals {
  log_groups = local.create ? { for type in var.domain.logs : type => "/aws/opensearch/${var.name}/${lower(replace(type, "_", "-"))}" } : {}
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.log_groups

  name              = each.value
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

data "aws_iam_policy_document" "logs" {
  count = length(local.log_groups) > 0 ? 1 : 0

  statement {
    sid       = "TheDomainWritesItsLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"]
    resources = [for group in local.log_groups : "arn:${var.location.partition}:logs:${var.location.region}:${var.location.account_id}:log-group:${group}:*"]

    principals {
      type        = "Service"
      identifiers = ["es.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.location.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [local.own_arn]
    }
  }
}

resource "aws_cloudwatch_log_resource_policy" "this" {
  count = length(local.log_groups) > 0 ? 1 : 0

  policy_name     = "${var.name}-opensearch"
  policy_document = data.aws_iam_policy_document.logs[0].json
}
