# A function: its code, its role, and what calls it.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "made-up"
  secret_key                  = "made-up"
  max_retries                 = 1
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_resource {
  target          = aws_cloudwatch_log_group.this
  override_during = plan
  values          = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/kube-events-filter-events" }
}

variables {
  name        = "kube-events-filter-events"
  description = "Filters."
  handler     = "lambdas.filter_events.handler.lambda_handler"
  package     = { bucket = "releases", key = "kube-events/0.1.0/filter_events.zip" }
  location    = { partition = "aws", region = "eu-central-1", account_id = "123456789012" }
  memory_size = 256
  timeout     = 60
  environment = { CONFIG_BUCKET = "kube-events" }
  policies    = { enqueue = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  runtime = {
    name               = "python3.13"
    architecture       = "arm64"
    log_level          = "INFO"
    log_retention_days = 30
    tracing            = "Active"
    kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }
  event_sources = {
    stream = {
      arn             = "arn:aws:kinesis:eu-central-1:123456789012:stream/kube-events"
      batch_size      = 100
      batching_window = 1
      stream          = { parallelization = 2, maximum_record_age = 86400, failure_destination = "arn:aws:s3:::kube-events" }
    }
    queue = {
      arn             = "arn:aws:sqs:eu-central-1:123456789012:kube-events-receiver-ops-mail"
      batch_size      = 5
      batching_window = 0
      queue           = { maximum_concurrency = 2 }
    }
  }
}

run "a_stream_is_read_from_its_beginning_with_partial_failures_and_bisecting" {
  command = plan

  module {
    source = "./modules/function"
  }

  assert {
    condition = alltrue([
      aws_lambda_event_source_mapping.this["stream"].starting_position == "TRIM_HORIZON",
      aws_lambda_event_source_mapping.this["stream"].function_response_types == toset(["ReportBatchItemFailures"]),
      aws_lambda_event_source_mapping.this["stream"].bisect_batch_on_function_error == true,
      aws_lambda_event_source_mapping.this["stream"].maximum_retry_attempts == -1,
      aws_lambda_event_source_mapping.this["stream"].maximum_record_age_in_seconds == 86400,
      aws_lambda_event_source_mapping.this["stream"].parallelization_factor == 2,
      aws_lambda_event_source_mapping.this["stream"].destination_config[0].on_failure[0].destination_arn == "arn:aws:s3:::kube-events",
    ])
    error_message = "Nothing is skipped, one bad record holds up no batch for ever, and what is given up keeps its payload in S3."
  }

  assert {
    condition = alltrue([
      aws_lambda_event_source_mapping.this["queue"].function_response_types == toset(["ReportBatchItemFailures"]),
      aws_lambda_event_source_mapping.this["queue"].batch_size == 5,
      aws_lambda_event_source_mapping.this["queue"].scaling_config[0].maximum_concurrency == 2,
      length(aws_lambda_event_source_mapping.this["queue"].destination_config) == 0,
      aws_lambda_event_source_mapping.this["queue"].starting_position == null,
    ])
    error_message = "A queue has no position and no destination: its dead-letter queue is its own."
  }
}

run "logs_are_json_in_a_group_of_its_own" {
  command = plan

  module {
    source = "./modules/function"
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/kube-events-filter-events" && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "The log group is there before Lambda would make one without retention."
  }

  assert {
    condition     = aws_lambda_function.this.logging_config[0].log_format == "JSON" && aws_lambda_function.this.tracing_config[0].mode == "Active"
    error_message = "JSON logs, active tracing."
  }

  assert {
    condition     = jsondecode(data.aws_iam_policy_document.log.json).Statement[0].Resource == "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/kube-events-filter-events:*"
    error_message = "It writes to its own log group and cannot make another."
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables["POWERTOOLS_SERVICE_NAME"] == "kube-events-filter-events"
    error_message = "Metrics of two deployments are told apart by the function's name."
  }
}

run "debug_passes_lambdas_own_filter" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    runtime = {
      name               = "python3.13"
      architecture       = "arm64"
      log_level          = "DEBUG"
      log_retention_days = 30
      tracing            = "Active"
      kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    }
  }

  assert {
    condition     = aws_lambda_function.this.logging_config[0].application_log_level == "DEBUG" && aws_lambda_function.this.environment[0].variables["POWERTOOLS_LOG_LEVEL"] == "DEBUG"
    error_message = "What the function says, Lambda passes on; unasked it would drop what is below INFO."
  }
}

run "few_lines_are_still_all_metrics" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    runtime = {
      name               = "python3.13"
      architecture       = "arm64"
      log_level          = "WARNING"
      log_retention_days = 30
      tracing            = "Active"
      kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    }
  }

  assert {
    condition     = aws_lambda_function.this.logging_config[0].log_format == "Text" && aws_lambda_function.this.logging_config[0].application_log_level == null
    error_message = "A filter would take lines with metrics for INFO and drop them."
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables["POWERTOOLS_LOG_LEVEL"] == "WARNING"
    error_message = "The function itself says less."
  }
}

run "the_role_is_lambdas_and_has_a_policy_per_purpose" {
  command = plan

  module {
    source = "./modules/function"
  }

  assert {
    condition     = jsondecode(data.aws_iam_policy_document.trust.json).Statement[0].Principal.Service == "lambda.amazonaws.com"
    error_message = "Nobody but Lambda takes the role."
  }

  assert {
    condition     = keys(aws_iam_role_policy.this) == ["enqueue", "log", "trace"]
    error_message = "What is asked for, and what every function needs."
  }

  assert {
    condition     = length(aws_lambda_function_recursion_config.this) == 0 && length(aws_iam_role_policy.network) == 0
    error_message = "No loop and no network unless asked for."
  }
}

run "a_function_that_calls_itself_is_not_cut_off" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    calls_itself = true
  }

  assert {
    condition     = aws_lambda_function_recursion_config.this[0].recursive_loop == "Allow"
    error_message = "Lambda would end the loop of timers after some 16 rounds."
  }
}

run "in_a_vpc_it_may_have_interfaces_there_and_nowhere_else" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    vpc = { subnet_ids = ["subnet-0a"], security_group_ids = ["sg-0a"] }
  }

  assert {
    condition = jsondecode(data.aws_iam_policy_document.network[0].json).Statement[0].Resource == [
      "arn:aws:ec2:eu-central-1:123456789012:subnet/subnet-0a",
      "arn:aws:ec2:eu-central-1:123456789012:security-group/sg-0a",
      "arn:aws:ec2:eu-central-1:123456789012:network-interface/*",
    ]
    error_message = "Interfaces in the subnets that were named."
  }

  assert {
    condition     = aws_lambda_function.this.vpc_config[0].subnet_ids == toset(["subnet-0a"])
    error_message = "The function runs in the subnets."
  }
}

run "without_tracing_no_permission_to_trace" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    runtime = {
      name               = "python3.13"
      architecture       = "arm64"
      log_level          = "INFO"
      log_retention_days = 30
      tracing            = "PassThrough"
      kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    }
  }

  assert {
    condition     = keys(aws_iam_role_policy.this) == ["enqueue", "log"]
    error_message = "The only * of a function goes with tracing."
  }
}
