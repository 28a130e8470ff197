# The stream that carries every event from the clusters to the functions.

resource "aws_kinesis_stream" "this" {
  name             = var.name
  shard_count      = var.mode == "provisioned" ? var.shards : null
  retention_period = var.retention_hours

  encryption_type = "KMS"
  kms_key_id      = var.kms_key_arn

  stream_mode_details {
    stream_mode = var.mode == "provisioned" ? "PROVISIONED" : "ON_DEMAND"
  }

  tags = var.tags
}
