# With transport eventbridge there is no stream to read: the bus hands each event to Firehose.

locals {
  rule     = "${var.name}-archive"
  rule_arn = local.from_stream ? null : "arn:${var.location.partition}:events:${var.location.region}:${var.location.account_id}:rule/${var.bus_name}/${local.rule}"
  dead     = "${var.name}-archive-dead"
}

resource "aws_cloudwatch_event_rule" "this" {
  count = local.from_stream ? 0 : 1

  name           = local.rule
  description    = "Every event into the archive."
  event_bus_name = var.bus_name
  # The names are those of exporter/ship/event_bridge.py.
  event_pattern = jsonencode({ source = ["kube-events"], detail-type = ["Kubernetes Event"] })
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  count = local.from_stream ? 0 : 1

  event_bus_name = var.bus_name
  rule           = aws_cloudwatch_event_rule.this[0].name
  target_id      = "archive"
  arn            = aws_kinesis_firehose_delivery_stream.this.arn
  role_arn       = aws_iam_role.bus[0].arn
  # The record itself, without EventBridge's envelope: the archive's lines are the same with either transport.
  input_path = "$.detail"

  dead_letter_config {
    arn = aws_sqs_queue.dead[0].arn
  }

  # Both are EventBridge's own maximum: it should give up only on what no retry can help.
  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

resource "aws_sqs_queue" "dead" {
  count = local.from_stream ? 0 : 1

  name                      = local.dead
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600 # 14 days, SQS' maximum
  policy                    = data.aws_iam_policy_document.dead[0].json
  tags                      = var.tags
}

resource "aws_iam_role" "bus" {
  count = local.from_stream ? 0 : 1

  name               = "${var.name}-archive-bus"
  description        = "EventBridge: hands events to Firehose."
  assume_role_policy = data.aws_iam_policy_document.bus_assume[0].json
  tags               = var.tags
}

resource "aws_iam_role_policy" "bus" {
  count = local.from_stream ? 0 : 1

  name   = "put"
  role   = aws_iam_role.bus[0].name
  policy = data.aws_iam_policy_document.bus_put[0].json
}

data "aws_iam_policy_document" "bus_assume" {
  count = local.from_stream ? 0 : 1

  statement {
    sid     = "TheRule"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.rule_arn]
    }
  }
}

data "aws_iam_policy_document" "bus_put" {
  count = local.from_stream ? 0 : 1

  statement {
    sid       = "PutIntoTheArchive"
    actions   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
    resources = [local.delivery_arn]
  }
}

data "aws_iam_policy_document" "dead" {
  count = local.from_stream ? 0 : 1

  statement {
    sid       = "TheRuleMaySetAside"
    actions   = ["sqs:SendMessage"]
    resources = ["arn:${var.location.partition}:sqs:${var.location.region}:${var.location.account_id}:${local.dead}"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.rule_arn]
    }
  }
}
