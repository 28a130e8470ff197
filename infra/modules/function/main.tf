# One function with all that belongs to it: role, log group, code, and what calls it.

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.runtime.log_retention_days
  kms_key_id        = var.runtime.kms_key_arn
  tags              = var.tags
}

locals {
  # Lambda takes a line without a level for INFO, and those that carry Powertools' metrics have none: a filter stricter than
  # INFO would drop them and blind the alarms. So it filters only down there, where it would otherwise drop DEBUG. Above,
  # POWERTOOLS_LOG_LEVEL decides alone, which it does only where Lambda has no filter, and that is with the format Text;
  # our lines are JSON there as well.
  filtered = contains(["DEBUG", "INFO"], var.runtime.log_level)
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  description   = var.description
  role          = aws_iam_role.this.arn
  handler       = var.handler
  runtime       = var.runtime.name
  architectures = [var.runtime.architecture]
  memory_size   = var.memory_size
  timeout       = var.timeout

  s3_bucket = var.package.bucket
  s3_key    = var.package.key

  reserved_concurrent_executions = var.reserved_concurrency
  kms_key_arn                    = var.runtime.kms_key_arn

  environment {
    variables = merge(var.environment, {
      POWERTOOLS_SERVICE_NAME      = var.name
      POWERTOOLS_METRICS_NAMESPACE = var.metrics_namespace
      POWERTOOLS_LOG_LEVEL         = var.runtime.log_level
    })
  }

  logging_config {
    log_format            = local.filtered ? "JSON" : "Text"
    application_log_level = local.filtered ? var.runtime.log_level : null
    system_log_level      = local.filtered ? var.runtime.log_level : null
    log_group             = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = var.runtime.tracing
  }

  dynamic "vpc_config" {
    for_each = var.vpc[*]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  tags = var.tags

  # The other policies may come later; in a VPC, Lambda wants to see at once that the role may have an interface.
  depends_on = [aws_iam_role_policy.network]
}

# Lambda ends what looks like an endless loop, unless it is told that the loop is meant.
resource "aws_lambda_function_recursion_config" "this" {
  count = var.calls_itself ? 1 : 0

  function_name  = aws_lambda_function.this.function_name
  recursive_loop = "Allow"
}

resource "aws_lambda_event_source_mapping" "this" {
  for_each = var.event_sources

  function_name           = aws_lambda_function.this.arn
  event_source_arn        = each.value.arn
  function_response_types = ["ReportBatchItemFailures"]

  batch_size                         = each.value.batch_size
  maximum_batching_window_in_seconds = each.value.batching_window

  starting_position              = each.value.stream == null ? null : "TRIM_HORIZON"
  bisect_batch_on_function_error = each.value.stream == null ? null : true
  maximum_retry_attempts         = each.value.stream == null ? null : -1
  maximum_record_age_in_seconds  = one(each.value.stream[*].maximum_record_age)
  parallelization_factor         = one(each.value.stream[*].parallelization)

  dynamic "destination_config" {
    for_each = each.value.stream[*]

    content {
      on_failure {
        destination_arn = destination_config.value.failure_destination
      }
    }
  }

  dynamic "scaling_config" {
    for_each = [for queue in each.value.queue[*] : queue if queue.maximum_concurrency != null]

    content {
      maximum_concurrency = scaling_config.value.maximum_concurrency
    }
  }

  tags = var.tags

  # A mapping that is made before the role may read its source is refused.
  depends_on = [aws_iam_role_policy.this, var.event_sources_wait_for]
}
