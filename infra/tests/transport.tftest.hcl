# The ways on which events travel: a stream, or a bus with queues.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "made-up"
  secret_key                  = "made-up"
  max_retries                 = 1
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  name        = "kube-events"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  location    = { partition = "aws", region = "eu-central-1", account_id = "123456789012" }
}

run "one_provisioned_shard_that_remembers_two_days" {
  command = plan

  module {
    source = "./modules/stream"
  }

  override_resource {
    target          = aws_kinesis_stream.this
    override_during = plan
    values          = { arn = "arn:aws:kinesis:eu-central-1:123456789012:stream/kube-events" }
  }

  assert {
    condition     = aws_kinesis_stream.this.shard_count == 1 && aws_kinesis_stream.this.retention_period == 48
    error_message = "The cheapest stream that keeps the promise."
  }

  assert {
    condition     = aws_kinesis_stream.this.encryption_type == "KMS" && aws_kinesis_stream.this.stream_mode_details[0].stream_mode == "PROVISIONED"
    error_message = "Encrypted with the key that was given."
  }

  assert {
    condition     = jsondecode(data.aws_iam_policy_document.write.json).Statement[0].Action == ["kinesis:PutRecords", "kinesis:DescribeStreamSummary"]
    error_message = "A writer writes and looks, nothing else."
  }

  assert {
    condition     = alltrue([for statement in concat(jsondecode(data.aws_iam_policy_document.read.json).Statement, jsondecode(data.aws_iam_policy_document.write.json).Statement) : startswith(statement.Resource, "arn:aws:")])
    error_message = "Policies name the stream and the key."
  }
}

run "an_on_demand_stream_has_no_shards_to_count" {
  command = plan

  module {
    source = "./modules/stream"
  }

  variables {
    mode = "on-demand"
  }

  assert {
    condition     = aws_kinesis_stream.this.shard_count == null && aws_kinesis_stream.this.stream_mode_details[0].stream_mode == "ON_DEMAND"
    error_message = "AWS decides about shards."
  }
}

run "a_stream_that_forgets_too_soon" {
  command = plan

  module {
    source = "./modules/stream"
  }

  variables {
    retention_hours = 24
  }

  expect_failures = [var.retention_hours]
}

run "each_function_has_a_queue_that_only_the_rule_may_fill" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  variables {
    consumers = {
      filter_events = { batch_size = 100, batching_window = 1, maximum_concurrency = 2, visibility_timeout = 361, keep_trying = 86400, heartbeats = true }
      index_events  = { batch_size = 500, batching_window = 5, maximum_concurrency = 2, visibility_timeout = 725, keep_trying = 169200 }
    }
  }

  override_resource {
    target          = aws_cloudwatch_event_bus.this
    override_during = plan
    values          = { arn = "arn:aws:events:eu-central-1:123456789012:event-bus/kube-events" }
  }

  override_resource {
    target          = aws_sqs_queue.dead
    override_during = plan
    values          = { arn = "arn:aws:sqs:eu-central-1:123456789012:dead" }
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this.event_pattern) == { source = ["kube-events"], detail-type = ["Kubernetes Event"] }
    error_message = "The rule takes the events that exporters send, and nothing else of theirs."
  }

  assert {
    condition = (
      jsondecode(aws_cloudwatch_event_rule.heartbeats.event_pattern) == { source = ["kube-events"], detail-type = ["Kubernetes Event Exporter Heartbeat"] }
      && keys(aws_cloudwatch_event_target.heartbeats) == ["filter_events"]
      && aws_cloudwatch_event_target.heartbeats["filter_events"].retry_policy[0].maximum_event_age_in_seconds == 3600
    )
    error_message = "Heartbeats go to whoever asks for them, and not for longer than they are worth something."
  }

  assert {
    condition = {
      for consumer, queue in aws_sqs_queue.this : consumer => [
        for statement in flatten([jsondecode(queue.policy).Statement]) :
        "${statement.Principal.Service} may ${statement.Action} to ${statement.Resource} for ${join(" and ", sort(flatten([statement.Condition.ArnEquals["aws:SourceArn"]])))}"
      ]
      } == {
      filter_events = ["events.amazonaws.com may sqs:SendMessage to arn:aws:sqs:eu-central-1:123456789012:kube-events-filter-events for arn:aws:events:eu-central-1:123456789012:rule/kube-events/kube-events-events and arn:aws:events:eu-central-1:123456789012:rule/kube-events/kube-events-heartbeats"]
      index_events  = ["events.amazonaws.com may sqs:SendMessage to arn:aws:sqs:eu-central-1:123456789012:kube-events-index-events for arn:aws:events:eu-central-1:123456789012:rule/kube-events/kube-events-events"]
    }
    error_message = "A queue takes messages from its rules and from nobody else."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.this["index_events"].redrive_policy).maxReceiveCount == 234
    error_message = "A message is tried again for as long as the stream would: 47 hours, 725 seconds at a time."
  }

  assert {
    condition     = toset([for statement in jsondecode(data.aws_iam_policy_document.write.json).Statement : statement.Action]) == toset(["events:DescribeEventBus", "events:PutEvents"])
    error_message = "An exporter puts events and looks; the bus' key is EventBridge's business."
  }

  assert {
    condition     = alltrue([for target in aws_cloudwatch_event_target.this : length(target.dead_letter_config) == 1 && target.retry_policy[0].maximum_retry_attempts == 185])
    error_message = "What EventBridge cannot deliver it keeps in the dead-letter queue."
  }

  assert {
    condition     = alltrue([for queue in concat(values(aws_sqs_queue.this), values(aws_sqs_queue.dead)) : queue.sqs_managed_sse_enabled && queue.message_retention_seconds == 1209600])
    error_message = "Encrypted, and kept for 14 days."
  }
}
