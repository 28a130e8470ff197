# The pipeline watches itself. These alarms go straight to mail, never through the pipeline. Here are those of metrics that
# AWS writes; search_alarms.tf those of OpenSearch;
# alarms_own.tf has those of metrics that the functions write.

locals {
  consumer_names = { for consumer in local.consumers : consumer => local.names[consumer] }

  dead_letter_queues = merge(
    { for receiver, queue in module.notifications.dead_letter_queue_names : "receiver-${receiver}" => queue },
    local.kinesis ? {} : { for consumer, queue in module.event_bus[0].dead_letter_queue_names : replace(consumer, "_", "-") => queue },
  )

  waiting_queues = merge(
    { for receiver, queue in module.notifications.queue_names : "receiver-${receiver}" => { name = queue, seconds = 3600 } },
    local.kinesis ? {} : { for consumer, queue in module.event_bus[0].queue_names : replace(consumer, "_", "-") => { name = queue, seconds = 900 } },
  )

  # Each alarm: the sum or maximum of a metric over a period (five minutes unless it says otherwise), above what it is too
  # much (or, with `below`, below what it is too little), and in how many periods in a row.
  alarms = merge(
    {
      for name, function in local.names : "${function}-errors" => {
        description = "${function} fails: see its log group."
        namespace   = "AWS/Lambda", metric = "Errors", statistic = "Sum", dimensions = { FunctionName = function }
        # One failed invocation is tried again and may well succeed; three periods in a row are a fault.
        above = 0, periods = 3
      }
    },
    {
      for name, function in local.names : "${function}-throttled" => {
        description = "${function} finds no room to run: the account's or its own concurrency is used up."
        namespace   = "AWS/Lambda", metric = "Throttles", statistic = "Sum", dimensions = { FunctionName = function }
        above       = 0, periods = 3
      }
    },
    local.kinesis ? {
      for name, function in local.consumer_names : "${function}-behind" => {
        description = "${function} is more than 15 minutes behind the stream."
        namespace   = "AWS/Lambda", metric = "IteratorAge", statistic = "Maximum", dimensions = { FunctionName = function }
        above       = 900000, periods = 1
      }
    } : {},
    local.kinesis ? {
      "${var.name}-stream-full" = {
        description = "Exporters are refused by the stream: it needs more shards, or the on-demand mode."
        namespace   = "AWS/Kinesis", metric = "WriteProvisionedThroughputExceeded", statistic = "Sum", dimensions = { StreamName = module.stream[0].name }
        above       = 0, periods = 3
      }
      } : {
      "${var.name}-rule-failing" = {
        description = "EventBridge cannot hand events to a queue; they are in its dead-letter queue."
        namespace   = "AWS/Events", metric = "FailedInvocations", statistic = "Sum", dimensions = { EventBusName = module.event_bus[0].name, RuleName = module.event_bus[0].rule_name }
        above       = 0, periods = 1
      }
    },
    {
      for name, queue in local.waiting_queues : "${var.name}-${name}-waiting" => {
        description = "Messages wait in ${queue.name} for more than ${queue.seconds / 60} minutes."
        namespace   = "AWS/SQS", metric = "ApproximateAgeOfOldestMessage", statistic = "Maximum", dimensions = { QueueName = queue.name }
        above       = queue.seconds, periods = 1
      }
    },
    {
      for name, queue in local.dead_letter_queues : "${var.name}-${name}-dead-letters" => {
        description = "Messages lie in ${queue}: each says why."
        namespace   = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", statistic = "Maximum", dimensions = { QueueName = queue }
        above       = 0, periods = 1
      }
    },
    local.domain_alarms,
    local.own_alarms,
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = each.key
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = can(each.value.below) ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = try(each.value.below, each.value.above)
  period              = try(each.value.seconds, 300)
  evaluation_periods  = each.value.periods
  # These metrics are only there when something happens: no data is good news.
  treat_missing_data = "notBreaching"
  alarm_actions      = [aws_sns_topic.alarms.arn]
  ok_actions         = [aws_sns_topic.alarms.arn]
  tags               = var.tags
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = local.kms_key_arn
  tags              = var.tags
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each = var.alarm_mail

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}
