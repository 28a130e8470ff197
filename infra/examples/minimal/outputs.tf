output "exporter" {
  description = "What the exporter in the cluster is told."
  value       = { transport = module.kube_events.transport, role_arn = module.kube_events.exporter_role_arn }
}

output "opensearch_endpoint" {
  description = "Where events are found again."
  value       = module.kube_events.opensearch_endpoint
}
