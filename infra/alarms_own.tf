# What the functions say about themselves, in metrics of their own (lambdas/common/observability.py). Each is a sum, and
# anything above zero is too much.

locals {
  own_alarms = { for alarm in concat(local.consumer_alarms, local.index_alarms, local.notify_alarms) : "${alarm.function}-${alarm.name}" => {
    description = alarm.description
    namespace   = "kube-events", metric = alarm.metric, statistic = "Sum", dimensions = { service = alarm.function }
    above       = 0, periods = alarm.periods, seconds = alarm.seconds
  } }

  consumer_alarms = flatten([for function in values(local.consumer_names) : [
    {
      # Not `dead-letters`: with eventbridge the function's queue has the function's name, and that alarm too.
      function    = function, name = "set-aside", metric = "DeadLetters", seconds = 300, periods = 1
      description = "${function} set records aside in s3://${module.state.bucket}/dead-letters/: each says why."
    },
    {
      function    = function, name = "not-set-aside", metric = "DeadLettersFailed", seconds = 300, periods = 1
      description = "${function} cannot write to s3://${module.state.bucket}/dead-letters/, so records that it can do nothing with come back and hold up those behind them. Its log says what S3 answers."
    },
  ]])

  # What is older than the retention (DocumentsTooOld) has no alarm: whoever plays old events back is told by the command.
  index_alarms = flatten([for function in [for consumer, name in local.consumer_names : name if consumer == "index_events"] : [
    {
      function    = function, name = "forbidden", metric = "DocumentsForbidden", seconds = 300, periods = 1
      description = "OpenSearch does not let ${function} write: its role or password, or the domain's access policy. Events wait, and are lost to the index when the stream forgets them; its log says which it is."
    },
    {
      function    = function, name = "blocked", metric = "DocumentsBlocked", seconds = 300, periods = 1
      description = "OpenSearch takes no documents: a disk is full, or somebody has blocked an index for writing. Events wait, and are lost to the index when the stream forgets them; the log of ${function} says which index."
    },
  ]])

  notify_alarms = [
    {
      function    = local.names.notify, name = "misconfigured", metric = "Misconfigured", seconds = 300, periods = 1
      description = "A receiver cannot be told until somebody repairs a setting: its secret, its topic, or a key. Its messages wait for 24 hours; the log of ${local.names.notify} says which receiver and why."
    },
    {
      function    = local.names.notify, name = "unrecorded", metric = "Unrecorded", seconds = 300, periods = 1
      description = "Messages were delivered and the table ${module.state.table_name} did not take it down: should a copy come, people are told twice. The log of ${local.names.notify} says what DynamoDB answers."
    },
    {
      # A message whose copy is just being told fails too, which is over in a minute. Three periods in a row are a fault.
      function    = local.names.notify, name = "failing", metric = "Failed", seconds = 300, periods = 3
      description = "${local.names.notify} cannot handle messages for 15 minutes now: DynamoDB or SQS refuses it, or a queue is none of its receivers'. They wait in their queues for 24 hours; its log says what refuses."
    },
    {
      # What is unreachable is tried again after at most 15 minutes, so that each such period has a try in it.
      function    = local.names.notify, name = "unreachable", metric = "Unreachable", seconds = 900, periods = 4
      description = "A receiver has not been reachable for an hour. Its messages are tried again for 24 hours and then set aside; the log of ${local.names.notify} says which receiver and why."
    },
  ]
}
