# Who notices that a cluster has gone silent.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "made-up"
  secret_key                  = "made-up"
  max_retries                 = 1
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

variables {
  artifacts  = { bucket = "releases", prefix = "kube-events/0.1.0/" }
  rules_file = "tests/fixtures/rules/good.yaml"
  receivers = {
    ops-mail     = { type = "sns", mail = ["ops@example.com"] }
    sre-dingtalk = { type = "dingtalk" }
  }
}

run "each_cluster_has_an_alarm_that_missing_heartbeats_set_off" {
  command = plan

  variables {
    clusters = ["prod-eu", "prod.us_2"]
  }

  assert {
    condition     = { for cluster, alarm in aws_cloudwatch_metric_alarm.silent : cluster => alarm.alarm_name } == { "prod-eu" = "kube-events-prod-eu-silent", "prod.us_2" = "kube-events-prod.us_2-silent" }
    error_message = "One for each cluster."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.silent : alarm.treat_missing_data == "breaching"])
    error_message = "An exporter that does not run sends no zeros."
  }

  assert {
    condition = {
      for name, value in aws_cloudwatch_metric_alarm.silent["prod-eu"] : name => value
      if contains(["namespace", "metric_name", "dimensions", "statistic", "comparison_operator", "threshold", "period", "evaluation_periods"], name)
      } == {
      namespace           = "kube-events"
      metric_name         = "ExporterHeartbeat"
      dimensions          = tomap({ service = "kube-events-filter-events", cluster = "prod-eu" })
      statistic           = "Sum"
      comparison_operator = "LessThanThreshold"
      threshold           = 1
      period              = 60
      evaluation_periods  = 5
    }
    error_message = "Five minutes in which filter_events counted no heartbeat of the cluster."
  }
}

run "without_clusters_nothing_is_watched" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.silent) == 0
    error_message = "Nobody can miss whom they do not know."
  }
}
