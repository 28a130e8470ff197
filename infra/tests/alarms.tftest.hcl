# What watches the pipeline: which alarms there are, of which metrics, and what they say.

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

run "the_pipeline_watches_itself" {
  command = plan

  variables {
    alarm_mail = ["platform@example.com"]
  }

  assert {
    condition = alltrue([for name in [
      "kube-events-filter-events-behind",
      "kube-events-filter-events-errors",
      "kube-events-filter-events-set-aside",
      "kube-events-filter-events-throttled",
      "kube-events-index-events-behind",
      "kube-events-notify-errors",
      "kube-events-receiver-ops-mail-dead-letters",
      "kube-events-receiver-ops-mail-waiting",
      "kube-events-setup-index-errors",
      "kube-events-stream-full",
    ] : contains(keys(aws_cloudwatch_metric_alarm.this), name)])
    error_message = "Age, dead letters, errors and throttles are watched."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["kube-events-index-events-behind"].threshold == 15 * 60 * 1000
    error_message = "IteratorAge is in milliseconds."
  }

  assert {
    condition     = aws_sns_topic_subscription.alarms["platform@example.com"].protocol == "email"
    error_message = "Alarms go straight to mail."
  }

  assert {
    condition = {
      for name, alarm in aws_cloudwatch_metric_alarm.this : name => "${alarm.metric_name} of ${alarm.dimensions.service}, ${alarm.evaluation_periods} x ${alarm.period} s"
      if alarm.namespace == "kube-events"
      } == {
      kube-events-filter-events-not-set-aside = "DeadLettersFailed of kube-events-filter-events, 1 x 300 s"
      kube-events-filter-events-set-aside     = "DeadLetters of kube-events-filter-events, 1 x 300 s"
      kube-events-index-events-blocked        = "DocumentsBlocked of kube-events-index-events, 1 x 300 s"
      kube-events-index-events-forbidden      = "DocumentsForbidden of kube-events-index-events, 1 x 300 s"
      kube-events-index-events-not-set-aside  = "DeadLettersFailed of kube-events-index-events, 1 x 300 s"
      kube-events-index-events-set-aside      = "DeadLetters of kube-events-index-events, 1 x 300 s"
      kube-events-notify-failing              = "Failed of kube-events-notify, 3 x 300 s"
      kube-events-notify-misconfigured        = "Misconfigured of kube-events-notify, 1 x 300 s"
      kube-events-notify-unreachable          = "Unreachable of kube-events-notify, 4 x 900 s"
      kube-events-notify-unrecorded           = "Unrecorded of kube-events-notify, 1 x 300 s"
    }
    error_message = "What the functions count that nobody should have to look for."
  }

  assert {
    condition = {
      for name, alarm in aws_cloudwatch_metric_alarm.this : trimprefix(name, "kube-events-opensearch-") => "${alarm.statistic} of ${alarm.metric_name} ${alarm.comparison_operator} ${alarm.threshold}, ${alarm.evaluation_periods} x ${alarm.period} s"
      if alarm.namespace == "AWS/ES" && alarm.dimensions == tomap({ DomainName = "kube-events", ClientId = "123456789012" })
      } == {
      full      = "Minimum of FreeStorageSpace LessThanThreshold 5120, 1 x 60 s"
      key       = "Maximum of KMSKeyInaccessible GreaterThanThreshold 0, 1 x 60 s"
      memory    = "Maximum of JVMMemoryPressure GreaterThanThreshold 95, 3 x 60 s"
      processor = "Maximum of CPUUtilization GreaterThanThreshold 80, 3 x 900 s"
      read-only = "Maximum of ClusterIndexWritesBlocked GreaterThanThreshold 0, 1 x 300 s"
      red       = "Maximum of ClusterStatus.red GreaterThanThreshold 0, 1 x 60 s"
      snapshot  = "Maximum of AutomatedSnapshotFailure GreaterThanThreshold 0, 1 x 60 s"
    }
    error_message = "A domain made here is watched as Amazon recommends; space is counted in MiB, of a quarter of 20 GiB."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.treat_missing_data == "notBreaching"])
    error_message = "No data is good news for all of these."
  }
}

run "with_eventbridge_a_function_and_its_queue_are_watched_apart" {
  command = plan

  variables {
    transport = "eventbridge"
  }

  assert {
    condition = {
      for name, alarm in aws_cloudwatch_metric_alarm.this : name => "${alarm.namespace} ${alarm.metric_name}"
      if can(regex("-(filter|index)-events-(dead-letters|set-aside)$", name))
      } == {
      kube-events-filter-events-dead-letters = "AWS/SQS ApproximateNumberOfMessagesVisible"
      kube-events-filter-events-set-aside    = "kube-events DeadLetters"
      kube-events-index-events-dead-letters  = "AWS/SQS ApproximateNumberOfMessagesVisible"
      kube-events-index-events-set-aside     = "kube-events DeadLetters"
    }
    error_message = "Dead letters lie in two places, a queue and the bucket, and each has its alarm."
  }

  assert {
    condition     = alltrue([for name in ["kube-events-filter-events-waiting", "kube-events-rule-failing"] : contains(keys(aws_cloudwatch_metric_alarm.this), name)])
    error_message = "Queues that fill up and a rule that fails are watched instead of the stream."
  }
}

run "an_existing_domain_is_watched_by_who_has_it" {
  command = plan

  variables {
    search = { mode = "existing", endpoint = "https://search.example.com", domain_arn = "arn:aws:es:eu-central-1:123456789012:domain/ops" }
  }

  assert {
    condition     = length([for alarm in aws_cloudwatch_metric_alarm.this : alarm if alarm.namespace == "AWS/ES"]) == 0
    error_message = "Its alarms are not ours to make."
  }
}
