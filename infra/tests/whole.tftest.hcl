# The whole, as it is composed: which parts there are, what they are called, what they are told.

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

run "by_default_a_stream_and_a_domain_of_its_own" {
  command = plan

  assert {
    condition     = output.transport == { type = "kinesis", name = "kube-events" }
    error_message = "The exporter is to put events on the stream kube-events."
  }

  assert {
    condition     = length(module.stream) == 1 && length(module.event_bus) == 0
    error_message = "With kinesis there is a stream and no bus."
  }

  assert {
    condition = output.function_names == {
      filter_events = "kube-events-filter-events"
      index_events  = "kube-events-index-events"
      notify        = "kube-events-notify"
      setup_index   = "kube-events-setup-index"
    }
    error_message = "Functions are named after the deployment and what they do."
  }

  assert {
    condition     = output.receiver_queues == { ops-mail = "kube-events-receiver-ops-mail", sre-dingtalk = "kube-events-receiver-sre-dingtalk" }
    error_message = "Each receiver has a queue of its own."
  }

  assert {
    condition     = output.bucket == "kube-events-123456789012-eu-central-1" && output.table == "kube-events-state"
    error_message = "The bucket's name holds account and region, because buckets share their names with everybody."
  }

  assert {
    condition     = length(aws_kms_key.this) == 1 && aws_kms_key.this[0].enable_key_rotation
    error_message = "One key of its own, which rotates."
  }

  assert {
    condition = alltrue([
      module.stream[0].event_sources["index_events"].batch_size == 500,
      module.stream[0].event_sources["index_events"].batching_window == 5,
      module.stream[0].event_sources["index_events"].stream.parallelization == 2,
      module.stream[0].event_sources["index_events"].stream.maximum_record_age == 47 * 3600,
    ])
    error_message = "index_events keeps trying until an hour before the stream forgets, and sets aside what is left then."
  }

  assert {
    condition = alltrue([
      module.stream[0].event_sources["filter_events"].batch_size == 100,
      module.stream[0].event_sources["filter_events"].batching_window == 1,
      module.stream[0].event_sources["filter_events"].stream.maximum_record_age == 24 * 3600,
    ])
    error_message = "filter_events keeps trying for the day in which people are still told."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.alarms) == 0 && length(aws_s3_object.package) == 0
    error_message = "Nobody gets alarms unasked, and zips of a release stay where they are."
  }
}

run "a_record_is_never_older_than_lambda_can_wait" {
  command = plan

  variables {
    stream = { retention_hours = 720 }
  }

  assert {
    condition     = module.stream[0].event_sources["index_events"].stream.maximum_record_age == 604800
    error_message = "Lambda waits for seven days at most."
  }
}

run "with_eventbridge_a_bus_and_a_queue_for_each_function" {
  command = plan

  variables {
    transport = "eventbridge"
  }

  assert {
    condition     = output.transport == { type = "eventbridge", name = "kube-events" }
    error_message = "The exporter is to put events on the bus kube-events."
  }

  assert {
    condition     = length(module.stream) == 0 && length(module.event_bus) == 1
    error_message = "With eventbridge there is a bus and no stream."
  }

  assert {
    condition = output.dead_letter_queues == {
      filter-events         = "kube-events-filter-events-dead"
      index-events          = "kube-events-index-events-dead"
      receiver-ops-mail     = "kube-events-receiver-ops-mail-dead"
      receiver-sre-dingtalk = "kube-events-receiver-sre-dingtalk-dead"
    }
    error_message = "Every queue has a dead-letter queue."
  }
}

run "without_search_nothing_of_it_is_planned" {
  command = plan

  variables {
    search = { mode = "none" }
  }

  assert {
    condition     = length(module.search) + length(module.index_events) + length(module.setup_index) + length(aws_lambda_invocation.setup_index) == 0
    error_message = "search.mode none leaves out everything that talks to OpenSearch."
  }

  assert {
    condition     = output.opensearch_endpoint == null && output.index_role_arns == null
    error_message = "There is nothing to point at."
  }

  assert {
    condition     = keys(module.stream[0].event_sources) == ["filter_events"]
    error_message = "Only the filter reads the stream."
  }
}

run "what_is_chosen_away_is_not_planned" {
  command = plan

  variables {
    exporter    = { identity = "none" }
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    search      = { mode = "none" }
  }

  assert {
    condition     = length(module.exporter_identity) == 0 && output.exporter_role_arn == null
    error_message = "An exporter with credentials of its own needs no role."
  }

  assert {
    condition     = length(aws_kms_key.this) == 0 && length(aws_kms_alias.this) == 0
    error_message = "With a key of the user's, none is made."
  }
}

run "zips_that_lie_here_are_put_into_the_bucket_by_their_hash" {
  command = plan

  variables {
    artifacts = { directory = "tests/fixtures/zips" }
  }

  assert {
    condition     = alltrue([for name, package in aws_s3_object.package : package.key == "functions/${name}/${filesha256("tests/fixtures/zips/${name}.zip")}.zip"])
    error_message = "Other code is another key, so that the function is updated."
  }

  assert {
    condition     = keys(aws_s3_object.package) == ["filter_events", "index_events", "notify", "setup_index"]
    error_message = "Every function has a zip."
  }
}

run "set_up_again_when_anything_changes_that_it_puts" {
  command = plan

  variables {
    retention_days = 7
    search         = { mode = "existing", endpoint = "https://search.example.com/", domain_arn = "arn:aws:es:eu-central-1:123456789012:domain/ops" }
  }

  assert {
    condition = aws_lambda_invocation.setup_index[0].triggers == tomap({
      code                = "kube-events/0.1.0/setup_index.zip"
      ACCESS              = "none"
      COLD_AFTER_DAYS     = "0"
      INDEX_PERIOD        = "week"
      OPENSEARCH_AUTH     = "sigv4"
      OPENSEARCH_ENDPOINT = "https://search.example.com"
      REPLICAS            = "0-1"
      RETENTION_DAYS      = "7"
      WARM_AFTER_DAYS     = "0"
    })
    error_message = "Whatever it puts depends on calls setup_index again."
  }
}

run "the_key_lets_in_the_services_that_use_it" {
  command = plan

  variables {
    transport = "eventbridge"
  }

  assert {
    condition = [for statement in jsondecode(data.aws_iam_policy_document.key[0].json).Statement : statement.Sid] == [
      "TheAccountDecidesByItsPolicies", "CloudWatchSendsAlarms", "LogGroupsAreEncrypted", "TheBusIsEncrypted",
    ]
    error_message = "CloudWatch, CloudWatch Logs and EventBridge use the key themselves."
  }

  assert {
    condition     = jsondecode(data.aws_iam_policy_document.key[0].json).Statement[2].Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"] == ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/kube-events-*", "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/kinesisfirehose/kube-events-*"]
    error_message = "Logs may use it for the functions' log groups only."
  }
}

run "chime_is_possible_and_warned_of" {
  command = plan

  variables {
    receivers = {
      ops-mail     = { type = "sns", mail = ["ops@example.com"] }
      sre-dingtalk = { type = "dingtalk" }
      sre-chime    = { type = "chime" }
    }
  }

  expect_failures = [check.chime_has_ended]
}

run "plain_http_to_another_machine_is_warned_of" {
  command = plan

  variables {
    search = { mode = "existing", endpoint = "http://search.example.com:9200", auth = "basic", secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:search-AbCdEf" }
  }

  expect_failures = [check.search_is_encrypted]
}
