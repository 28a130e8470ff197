# Every observation as it travelled, in S3: compressed JSON lines by date and cluster, for questions that are older than the
# index, and to fill an index anew.

locals {
  # Said, because the ARN of a stream that is yet to be made is not known in the plan.
  from_stream = var.transport == "kinesis"

  # Athena, `kube-events replay` and the lifecycle rules go by these names.
  prefix        = "!{partitionKeyFromQuery:record}/date=!{partitionKeyFromQuery:date}/cluster=!{partitionKeyFromQuery:cluster}/"
  errors_prefix = "errors/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/"

  # partitions.jq without its comments, in one line: Firehose takes one expression.
  partitions = join(" ", [for line in split("\n", file("${path.module}/partitions.jq")) : trimspace(line) if trimspace(line) != "" && !startswith(trimspace(line), "#")])

  # Written out instead of referred to: roles and keys are told them before the resource is there.
  delivery  = "${var.name}-archive"
  log_group = "/aws/kinesisfirehose/${local.delivery}"
}

resource "aws_kinesis_firehose_delivery_stream" "this" {
  name        = local.delivery
  destination = "extended_s3"

  dynamic "kinesis_source_configuration" {
    for_each = local.from_stream ? [var.stream_arn] : []

    content {
      kinesis_stream_arn = kinesis_source_configuration.value
      role_arn           = aws_iam_role.firehose.arn
    }
  }

  # What comes from a stream is encrypted there, and Firehose then keeps nothing at rest of its own.
  dynamic "server_side_encryption" {
    for_each = local.from_stream ? [] : [1]

    content {
      enabled  = true
      key_type = "CUSTOMER_MANAGED_CMK"
      key_arn  = var.kms_key_arn
    }
  }

  extended_s3_configuration {
    role_arn            = aws_iam_role.firehose.arn
    bucket_arn          = local.bucket_arn
    prefix              = local.prefix
    error_output_prefix = local.errors_prefix
    compression_format  = "GZIP"
    kms_key_arn         = var.kms_key_arn
    # Dynamic partitioning asks for 64 MiB at least (Firehose API, BufferingHints); an object is there after 15 minutes
    # at the latest, which is the longest it takes: the archive is for what is old, and few large objects are cheap.
    buffering_size     = 64
    buffering_interval = 900

    dynamic_partitioning_configuration {
      enabled        = true
      retry_duration = 3600 # while S3 refuses; after it the records go to the errors
    }

    processing_configuration {
      enabled = true

      processors {
        type = "MetadataExtraction"

        parameters {
          parameter_name  = "JsonParsingEngine"
          parameter_value = "JQ-1.6"
        }

        parameters {
          parameter_name  = "MetadataExtractionQuery"
          parameter_value = local.partitions
        }
      }

      # One record per line. The wire format has no newline at its end.
      processors {
        type = "AppendDelimiterToRecord"

        parameters {
          parameter_name  = "Delimiter"
          parameter_value = "\\n"
        }
      }
    }

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.this.name
      log_stream_name = aws_cloudwatch_log_stream.this.name
    }
  }

  tags = var.tags

  # Firehose tries the role when it is created.
  depends_on = [aws_iam_role_policy.firehose]
}

resource "aws_cloudwatch_log_group" "this" {
  name              = local.log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_cloudwatch_log_stream" "this" {
  name           = "delivery"
  log_group_name = aws_cloudwatch_log_group.this.name
}
