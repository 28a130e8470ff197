output "endpoint" {
  description = "URL of the domain."
  value       = local.endpoint
}

output "environment" {
  description = "What a function needs to know in order to talk to the domain."
  value = merge(
    { OPENSEARCH_ENDPOINT = local.endpoint, OPENSEARCH_AUTH = var.auth },
    var.auth == "basic" ? { OPENSEARCH_SECRET_ARN = var.secret_arn } : {},
  )
}

output "write_policy" {
  description = "Policy document (JSON) for a role that writes documents."
  value       = data.aws_iam_policy_document.write.json
}

output "setup_policy" {
  description = "Policy document (JSON) for a role that puts template and policies."
  value       = data.aws_iam_policy_document.setup.json
}
