# Silence of a cluster. Its exporter puts a heartbeat between the events once a minute, and filter_events counts those that
# come through (lambdas/filter_events/heartbeats.py), so a cluster without events is told from an exporter without life.

resource "aws_cloudwatch_metric_alarm" "silent" {
  for_each = var.clusters

  alarm_name          = "${var.name}-${each.value}-silent"
  alarm_description   = "No heartbeat of cluster ${each.value} has come through for five minutes: its exporter does not run, leads nobody, or cannot send; or nothing comes through to ${local.names.filter_events}, and then its own alarms say so too. Events wait at the API server for an hour."
  namespace           = "kube-events"
  metric_name         = "ExporterHeartbeat"
  dimensions          = { service = local.names.filter_events, cluster = each.value }
  statistic           = "Sum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  # Two heartbeats may fall into one minute and none into the next, and a new leader is found within a quarter of one. Five
  # in a row without any are a fault, and leave most of the hour for which the API server keeps what nobody has read.
  period             = 60
  evaluation_periods = 5
  # Here no data is the bad news.
  treat_missing_data = "breaching"
  alarm_actions      = [aws_sns_topic.alarms.arn]
  ok_actions         = [aws_sns_topic.alarms.arn]
  tags               = var.tags
}
