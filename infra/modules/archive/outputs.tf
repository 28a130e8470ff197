output "bucket" {
  description = "Name of the bucket."
  value       = module.bucket.name
}

output "delivery_stream" {
  description = "Name of the Firehose stream."
  value       = local.delivery
}

output "dead_letter_queue" {
  description = "Name of the queue with what the bus could not hand to Firehose; null where a stream is read."
  value       = one(aws_sqs_queue.dead[*].name)
}

output "read_policy" {
  description = "Policy document (JSON) for a role that reads the archived events."
  value       = data.aws_iam_policy_document.read.json
}

output "athena" {
  description = "Statements that make the archive's tables and views in Athena, in their order."
  value       = [for statement in split(";\n", trimspace(templatefile("${path.module}/athena.sql.tftpl", { bucket = module.bucket.name }))) : trimsuffix(trimspace(statement), ";")]
}
