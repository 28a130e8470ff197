output "endpoint" {
  description = "URL of the domain."
  value       = local.endpoint
}

output "dashboards_endpoint" {
  description = "URL of the Dashboards that saved objects are imported to, null where none are."
  value       = local.dashboards_endpoint
}

output "environment" {
  description = "What a function needs to know in order to write to the domain."
  value       = merge(local.environment, var.secret == null ? {} : { OPENSEARCH_SECRET_ARN = var.secret.arn })
}

output "setup_environment" {
  description = "What the setup function needs to know: the domain, and whom to give which role there."
  value       = local.setup_environment
}

output "write_policy" {
  description = "Policy document (JSON) for a role that writes documents."
  value       = data.aws_iam_policy_document.write.json
}

output "setup_policy" {
  description = "Policy document (JSON) for a role that sets up."
  value       = data.aws_iam_policy_document.setup.json
}

output "master_secret_arn" {
  description = "Secret of the master user, null without the login `internal`."
  value       = local.master_secret_arn
}
