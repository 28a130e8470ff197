output "exporter" {
  description = "What the exporter in the cluster is told."
  value       = { transport = module.kube_events.transport, role_arn = module.kube_events.exporter_role_arn }
}

output "opensearch_endpoint" {
  description = "Where events are found again."
  value       = module.kube_events.opensearch_endpoint
}

output "index_role_arns" {
  description = "Roles that the domain has to let in."
  value       = module.kube_events.index_role_arns
}

output "receiver_secrets" {
  description = "Secrets whose values are to be put in by hand."
  value       = module.kube_events.receiver_secrets
}
