# The bus that carries every event, and for each function that listens a queue of its own, so that one that is slow or
# broken delays nobody else.

locals {
  rule           = "${var.name}-events"
  heartbeat_rule = "${var.name}-heartbeats"
  listeners      = toset([for consumer, reads in var.consumers : consumer if reads.heartbeats])
  # Written out instead of referred to: a queue's policy names the queue and the rule, and with names it can be part of
  # the queue. As a resource of its own it costs 25 seconds of waiting, and a later change of the queue would drop it.
  rule_arns          = "arn:${var.location.partition}:events:${var.location.region}:${var.location.account_id}:rule/${var.name}/"
  rule_arn           = "${local.rule_arns}${local.rule}"
  heartbeat_rule_arn = "${local.rule_arns}${local.heartbeat_rule}"
  queue_arns         = "arn:${var.location.partition}:sqs:${var.location.region}:${var.location.account_id}:"
  queues             = { for consumer, _ in var.consumers : consumer => "${var.name}-${replace(consumer, "_", "-")}" }
}

resource "aws_cloudwatch_event_bus" "this" {
  name               = var.name
  kms_key_identifier = var.kms_key_arn
  tags               = var.tags
}

resource "aws_cloudwatch_event_rule" "this" {
  name           = local.rule
  description    = "Every event that an exporter puts on the bus."
  event_bus_name = aws_cloudwatch_event_bus.this.name
  # The names are those of exporter/ship/event_bridge.py.
  event_pattern = jsonencode({ source = ["kube-events"], detail-type = ["Kubernetes Event"] })
  tags          = var.tags
}

resource "aws_cloudwatch_event_rule" "heartbeats" {
  name           = local.heartbeat_rule
  description    = "The exporters' heartbeats: once a minute and cluster."
  event_bus_name = aws_cloudwatch_event_bus.this.name
  event_pattern  = jsonencode({ source = ["kube-events"], detail-type = ["Kubernetes Event Exporter Heartbeat"] })
  tags           = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = var.consumers

  event_bus_name = aws_cloudwatch_event_bus.this.name
  rule           = aws_cloudwatch_event_rule.this.name
  target_id      = replace(each.key, "_", "-")
  arn            = aws_sqs_queue.this[each.key].arn

  dead_letter_config {
    arn = aws_sqs_queue.dead[each.key].arn
  }

  # Both are EventBridge's own maximum: it should give up only on what no retry can help.
  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

resource "aws_cloudwatch_event_target" "heartbeats" {
  for_each = local.listeners

  event_bus_name = aws_cloudwatch_event_bus.this.name
  rule           = aws_cloudwatch_event_rule.heartbeats.name
  target_id      = replace(each.value, "_", "-")
  arn            = aws_sqs_queue.this[each.value].arn

  # A heartbeat that is an hour late is past the reach of any alarm, so there is nothing to set aside.
  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

resource "aws_sqs_queue" "this" {
  for_each = var.consumers

  name                       = local.queues[each.key]
  sqs_managed_sse_enabled    = true
  message_retention_seconds  = 1209600 # 14 days, SQS' maximum: a queue that fills up is the backlog we promise to keep
  visibility_timeout_seconds = each.value.visibility_timeout
  policy                     = data.aws_iam_policy_document.queue[each.key].json

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn
    # As often as fits into the time the stream would keep trying. What can never succeed the function sets aside by
    # itself, so what comes back here waits for something that is down.
    maxReceiveCount = min(1000, ceil(each.value.keep_trying / each.value.visibility_timeout))
  })

  tags = var.tags
}

resource "aws_sqs_queue" "dead" {
  for_each = var.consumers

  name                      = "${local.queues[each.key]}-dead"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600 # 14 days, SQS' maximum
  policy                    = data.aws_iam_policy_document.dead_letter_queue[each.key].json

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = ["${local.queue_arns}${local.queues[each.key]}"]
  })

  tags = var.tags
}
