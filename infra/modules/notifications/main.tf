# The people and rooms that are told. Each receiver has a queue and a dead-letter queue of its own, so that a dead webhook
# delays only itself.

locals {
  queues        = { for name, _ in var.receivers : name => "${var.name}-receiver-${name}" }
  queue_arns    = "arn:${var.location.partition}:sqs:${var.location.region}:${var.location.account_id}:"
  of_type       = { for type in ["sns", "dingtalk", "chime"] : type => { for name, receiver in var.receivers : name => receiver if receiver.type == type } }
  webhooks      = merge(local.of_type.dingtalk, local.of_type.chime)
  own_topics    = { for name, receiver in local.of_type.sns : name => receiver if receiver.topic_arn == null }
  own_secrets   = { for name, receiver in local.webhooks : name => receiver if receiver.secret_arn == null }
  subscriptions = merge([for name, receiver in local.own_topics : { for address in receiver.mail : "${name} ${address}" => { topic = name, address = address } }]...)

  topic_arns  = { for name, receiver in local.of_type.sns : name => receiver.topic_arn == null ? aws_sns_topic.this[name].arn : receiver.topic_arn }
  secret_arns = { for name, receiver in local.webhooks : name => receiver.secret_arn == null ? aws_secretsmanager_secret.this[name].arn : receiver.secret_arn }
}

resource "aws_sqs_queue" "this" {
  for_each = var.receivers

  name                       = local.queues[each.key]
  sqs_managed_sse_enabled    = true
  message_retention_seconds  = 345600 # 4 days: notify gives a message up after 24 hours
  visibility_timeout_seconds = var.visibility_timeout

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn
    # A throttled or unreachable receiver does not count here: notify sends the message anew, and what is refused, expired
    # or no message of ours it sets aside itself, with the reason. What counts is a function that dies, has no room, or
    # cannot reach its table or queue: the message waits with it for the 24 hours in which it is worth telling, and once
    # more, so that it is notify which says that it expired.
    maxReceiveCount = ceil(86400 / var.visibility_timeout) + 1
  })

  tags = var.tags
}

resource "aws_sqs_queue" "dead" {
  for_each = var.receivers

  name                      = "${local.queues[each.key]}-dead"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600 # 14 days, SQS' maximum

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    # By name: the queue itself refers to this one.
    sourceQueueArns = ["${local.queue_arns}${local.queues[each.key]}"]
  })

  tags = var.tags
}

resource "aws_sns_topic" "this" {
  for_each = local.own_topics

  name              = "${var.name}-receiver-${each.key}"
  kms_master_key_id = var.kms_key_arn
  tags              = var.tags
}

# AWS asks each address to confirm; until then nothing is delivered to it.
resource "aws_sns_topic_subscription" "mail" {
  for_each = local.subscriptions

  topic_arn = aws_sns_topic.this[each.value.topic].arn
  protocol  = "email"
  endpoint  = each.value.address
}

# Empty: the value is put there by hand, so that it is in no state and in no plan.
resource "aws_secretsmanager_secret" "this" {
  for_each = local.own_secrets

  name                    = "${var.name}/receivers/${each.key}"
  description             = "Webhook of the ${each.value.type} receiver ${each.key}: ${each.value.type == "dingtalk" ? "{\"url\": …, \"secret\": …}" : "{\"url\": …}"}"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.force_destroy ? 0 : 30
  tags                    = var.tags
}
