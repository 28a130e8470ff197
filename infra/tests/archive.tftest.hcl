# The archive: what is kept where, by whom, for how long, and who may read it.

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
  name        = "kube-events"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  location    = { partition = "aws", region = "eu-central-1", account_id = "123456789012" }
}

run "without_being_asked_for_there_is_none" {
  command = plan

  assert {
    condition     = length(module.archive) == 0 && output.archive_bucket == null && output.archive_athena == null
    error_message = "An archive costs, so it is made only if somebody wants it."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.archive) == 0
    error_message = "What is not there is not watched."
  }
}

run "of_a_stream" {
  command = plan

  variables {
    archive = {}
  }

  assert {
    condition     = output.archive_bucket == "kube-events-archive-123456789012-eu-central-1"
    error_message = "The bucket's name holds account and region, because buckets share their names with everybody."
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.archive)) == toset(["archive-behind", "archive-too-many-partitions"])
    error_message = "Somebody hears of an archive that falls behind or leaves out."
  }
}

run "of_a_bus" {
  command = plan

  variables {
    archive   = {}
    transport = "eventbridge"
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.archive)) == toset(["archive-behind", "archive-too-many-partitions", "archive-dead-letters"])
    error_message = "What EventBridge could not hand over is somewhere, and somebody hears of it."
  }
}

run "firehose_reads_the_stream" {
  command = plan

  module {
    source = "./modules/archive"
  }

  variables {
    transport  = "kinesis"
    stream_arn = "arn:aws:kinesis:eu-central-1:123456789012:stream/kube-events"
  }

  override_resource {
    target          = module.bucket.aws_s3_bucket.this
    override_during = plan
    values          = { arn = "arn:aws:s3:::kube-events-archive-123456789012-eu-central-1" }
  }

  override_resource {
    target          = aws_iam_role.firehose
    override_during = plan
    values          = { arn = "arn:aws:iam::123456789012:role/kube-events-archive" }
  }

  assert {
    condition = (
      aws_kinesis_firehose_delivery_stream.this.kinesis_source_configuration[0].kinesis_stream_arn == var.stream_arn
      && length(aws_kinesis_firehose_delivery_stream.this.server_side_encryption) == 0
      && length(aws_cloudwatch_event_rule.this) == 0
    )
    error_message = "The stream is the source, encrypted where it lies."
  }

  assert {
    condition = alltrue([
      aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].prefix == "!{partitionKeyFromQuery:record}/date=!{partitionKeyFromQuery:date}/cluster=!{partitionKeyFromQuery:cluster}/",
      aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].compression_format == "GZIP",
      aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].buffering_size >= 64,
      aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].dynamic_partitioning_configuration[0].enabled,
      startswith(aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].error_output_prefix, "errors/!{firehose:error-output-type}/"),
    ])
    error_message = "By kind, date and cluster, compressed; what cannot be filed goes to errors/."
  }

  assert {
    condition     = [for processor in aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].processing_configuration[0].processors : processor.type] == ["MetadataExtraction", "AppendDelimiterToRecord"]
    error_message = "Keys are taken out of each record, and each record is a line."
  }

  assert {
    condition = alltrue([
      for processor in aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].processing_configuration[0].processors : alltrue([
        for parameter in processor.parameters : length(parameter.parameter_value) <= 5120 && !strcontains(parameter.parameter_value, "#")
      ])
    ])
    error_message = "Firehose takes 5120 characters, and no comments."
  }

  assert {
    condition = alltrue([
      for document in [data.aws_iam_policy_document.write.json, data.aws_iam_policy_document.read.json, data.aws_iam_policy_document.read_stream[0].json] : alltrue([
        for statement in jsondecode(document).Statement : alltrue([for resource in flatten([statement.Resource]) : startswith(resource, "arn:aws:")])
      ])
    ])
    error_message = "Policies name bucket, stream, key and log group."
  }

  assert {
    condition     = !contains(flatten([for statement in jsondecode(data.aws_iam_policy_document.write.json).Statement : statement.Action]), "s3:DeleteObject") && !contains(flatten([for statement in jsondecode(data.aws_iam_policy_document.read.json).Statement : statement.Action]), "s3:PutObject")
    error_message = "Firehose deletes nothing, and who reads writes nothing."
  }

  assert {
    condition = { for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id => try(rule.expiration[0].days, null) } == {
      forget-events = 365, forget-heartbeats = 7, forget-errors = 90, forget-old-versions = null
    }
    error_message = "Events for a year, heartbeats for a week, errors as long as dead letters."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/kinesisfirehose/kube-events-archive" && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "Firehose's log forgets, too, and lies where the key lets it be encrypted."
  }

  assert {
    condition     = length(output.athena) == 5 && strcontains(output.athena[1], "s3://kube-events-archive-123456789012-eu-central-1/event/date=$${day}/")
    error_message = "A database, two tables and two views, which know where the lines lie."
  }
}

run "the_bus_hands_over_what_is_inside_the_envelope" {
  command = plan

  module {
    source = "./modules/archive"
  }

  variables {
    transport          = "eventbridge"
    bus_name           = "kube-events"
    retention_days     = null
    glacier_after_days = 30
  }

  override_resource {
    target          = module.bucket.aws_s3_bucket.this
    override_during = plan
    values          = { arn = "arn:aws:s3:::kube-events-archive-123456789012-eu-central-1" }
  }

  assert {
    condition = (
      aws_cloudwatch_event_target.this[0].input_path == "$.detail"
      && jsondecode(aws_cloudwatch_event_rule.this[0].event_pattern) == { source = ["kube-events"], detail-type = ["Kubernetes Event"] }
      && length(aws_cloudwatch_event_target.this[0].dead_letter_config) == 1
    )
    error_message = "The record itself, events only, and nothing that cannot be handed over is lost."
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this.server_side_encryption[0].key_type == "CUSTOMER_MANAGED_CMK" && length(aws_kinesis_firehose_delivery_stream.this.kinesis_source_configuration) == 0
    error_message = "What waits in Firehose is encrypted with our key."
  }

  assert {
    condition     = flatten([for statement in flatten([jsondecode(data.aws_iam_policy_document.bus_put[0].json).Statement]) : statement.Resource]) == ["arn:aws:firehose:eu-central-1:123456789012:deliverystream/kube-events-archive"]
    error_message = "The bus may put into this archive and no other."
  }

  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : "${one(rule.transition).storage_class} after ${one(rule.transition).days}, ${length(rule.expiration)} expirations" if rule.id == "forget-events"] == ["GLACIER_IR after 30, 0 expirations"]
    error_message = "Kept for ever, and cheaply after a month."
  }
}

run "moved_when_it_is_gone" {
  command = plan

  variables {
    archive = { retention_days = 30, glacier_after_days = 30 }
  }

  expect_failures = [var.archive]
}

run "forgotten_before_it_is_there" {
  command = plan

  variables {
    archive = { retention_days = 0 }
  }

  expect_failures = [var.archive]
}

run "a_source_of_both_kinds" {
  command = plan

  module {
    source = "./modules/archive"
  }

  variables {
    transport  = "kinesis"
    stream_arn = "arn:aws:kinesis:eu-central-1:123456789012:stream/kube-events"
    bus_name   = "kube-events"
  }

  expect_failures = [var.bus_name]
}
