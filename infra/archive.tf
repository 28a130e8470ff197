# The archive, if there is one; and what people need who replay from it or from the stream.

module "archive" {
  source = "./modules/archive"
  count  = var.archive == null ? 0 : 1

  name                  = var.name
  location              = local.location
  kms_key_arn           = local.kms_key_arn
  transport             = var.transport
  stream_arn            = local.kinesis ? module.stream[0].arn : null
  bus_name              = local.kinesis ? null : module.event_bus[0].name
  retention_days        = var.archive.retention_days
  glacier_after_days    = var.archive.glacier_after_days
  errors_retention_days = var.dead_letter_retention_days
  log_retention_days    = var.log_retention_days
  force_destroy         = var.force_destroy
  tags                  = var.tags
}

locals {
  # Sum or maximum over five minutes, and above what it is too much.
  archive_alarms = var.archive == null ? {} : merge(
    {
      "archive-behind" = {
        description = "The archive is more than two hours behind: see the log group of Firehose."
        # An object may wait for 15 minutes, and half as long again (Firehose, "Buffer data for dynamic partitioning").
        namespace  = "AWS/Firehose", metric = "DeliveryToS3.DataFreshness", statistic = "Maximum", above = 7200
        dimensions = { DeliveryStreamName = module.archive[0].delivery_stream }
      }
      "archive-too-many-partitions" = {
        description = "More than 500 partitions (kinds of record, dates, clusters) at once: what is over that lies under errors/ in the archive's bucket. AWS raises the quota."
        namespace   = "AWS/Firehose", metric = "PartitionCountExceeded", statistic = "Maximum", above = 0
        dimensions  = { DeliveryStreamName = module.archive[0].delivery_stream }
      }
    },
    local.kinesis ? {} : {
      "archive-dead-letters" = {
        description = "EventBridge could not hand events to Firehose: ${module.archive[0].dead_letter_queue} has them."
        namespace   = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", statistic = "Maximum", above = 0
        dimensions  = { QueueName = module.archive[0].dead_letter_queue }
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "archive" {
  for_each = local.archive_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  period              = 300
  evaluation_periods  = 1
  # Without events there is nothing to deliver.
  treat_missing_data = "notBreaching"
  alarm_actions      = [aws_sns_topic.alarms.arn]
  ok_actions         = [aws_sns_topic.alarms.arn]
  tags               = var.tags
}

# Through locals: a document that refers to a resource itself is read after the resource has changed.
locals {
  replayed_function_arn = one(module.index_events[*].arn)
  replayed_stream_arn   = one(module.stream[*].arn)
}

data "aws_iam_policy_document" "replay" {
  count = local.searchable ? 1 : 0

  source_policy_documents = module.archive[*].read_policy

  statement {
    sid       = "HaveEventsIndexed"
    actions   = ["lambda:InvokeFunction"]
    resources = [local.replayed_function_arn]
  }

  dynamic "statement" {
    for_each = local.kinesis ? [1] : []

    content {
      sid       = "ReadTheStream"
      actions   = ["kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]
      resources = [local.replayed_stream_arn]
    }
  }

  dynamic "statement" {
    for_each = local.kinesis ? [1] : []

    content {
      sid       = "DecryptTheStream"
      actions   = ["kms:Decrypt"]
      resources = [local.kms_key_arn]
    }
  }
}

output "archive_bucket" {
  description = "Bucket of the archive, null without one: `kube-events replay --archive s3://<bucket>`."
  value       = one(module.archive[*].bucket)
}

output "archive_athena" {
  description = "Statements that make the archive's tables and views in Athena, in their order; null without an archive."
  value       = one(module.archive[*].athena)
}

output "replay_policy" {
  description = "Policy document (JSON) for people who run `kube-events replay` and `kube-events backfill`; null with search.mode `none`."
  value       = one(data.aws_iam_policy_document.replay[*].json)
}
