output "table_name" {
  description = "Name of the table."
  value       = aws_dynamodb_table.this.name
}

output "table_arn" {
  description = "ARN of the table."
  value       = local.table_arn
}

output "bucket" {
  description = "Name of the bucket."
  value       = module.bucket.name
}

output "bucket_arn" {
  description = "ARN of the bucket."
  value       = module.bucket.arn
}

output "rules_key" {
  description = "Key of the compiled rules."
  value       = aws_s3_object.rules.key
}

output "receivers_key" {
  description = "Key of the receivers document."
  value       = aws_s3_object.receivers.key
}

output "read_rules_policy" {
  description = "Policy document (JSON) for a role that reads the compiled rules."
  value       = data.aws_iam_policy_document.read_configuration["rules"].json
}

output "read_receivers_policy" {
  description = "Policy document (JSON) for a role that reads the receivers document."
  value       = data.aws_iam_policy_document.read_configuration["receivers"].json
}

output "set_aside_policy" {
  description = "Policy document (JSON) for a role that puts dead letters into the bucket."
  value       = data.aws_iam_policy_document.set_aside.json
}

output "group_policy" {
  description = "Policy document (JSON) for a role that reads groups and puts them."
  value       = data.aws_iam_policy_document.group.json
}

output "remember_policy" {
  description = "Policy document (JSON) for a role that keeps groups, deliveries and limits, and reads silences."
  value       = data.aws_iam_policy_document.remember.json
}
