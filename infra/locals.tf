# What several modules are told, with the reasons for the numbers.

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

locals {
  location = {
    partition  = data.aws_partition.current.partition
    region     = data.aws_region.current.id
    account_id = data.aws_caller_identity.current.account_id
  }

  names = { for function in local.functions : function => "${var.name}-${replace(function, "_", "-")}" }

  # Seconds.
  timeouts = {
    filter_events = 60  # a batch takes well under a second; the rest is for AWS calls that are tried again
    index_events  = 120 # a bulk request, and its refused items again while OpenSearch is busy
    notify        = 60  # five messages at up to ten seconds each, which is what a channel is waited for
    setup_index   = 300 # some thirty requests, to a domain that may just have been made and be busy with its roles
  }

  # Megabytes, and with them processor time: 1769 MB is one whole processor.
  default_memory_sizes = { filter_events = 256, index_events = 512, notify = 256, setup_index = 256 }
  memory_sizes         = { for name, size in local.default_memory_sizes : name => coalesce(try(var.function_options[name].memory_size, null), size) }
  reserved_concurrency = { for name, _ in local.default_memory_sizes : name => try(var.function_options[name].reserved_concurrency, null) }

  # For how many seconds a record is tried again. Both functions set aside by themselves what can never succeed, so what
  # fails again and again waits for something that is down, and the right thing is to wait with it. The index waits until
  # just before the stream forgets the record (Lambda's own limit is seven days); filter_events for a day, because
  # nobody is told anything later than that. What is older goes to the failure destination in S3, payload included.
  keep_trying = {
    index_events  = min(604800, (var.stream.retention_hours - 1) * 3600)
    filter_events = 86400
  }

  runtime = {
    name               = var.runtime
    architecture       = var.architecture
    log_level          = var.log_level
    log_retention_days = var.log_retention_days
    tracing            = var.tracing
    kms_key_arn        = local.kms_key_arn
  }
}
