output "exporter_values" {
  description = "By cluster: what the exporter's chart is told (make deploy-values)."
  value       = module.kube_events.exporter_values
}

output "exporter_namespace" {
  description = "Namespace that the exporter is to be installed in."
  value       = module.kube_events.exporter_namespace
}

output "exporter_image_repository" {
  description = "Where make push-image puts the exporter's image."
  value       = module.kube_events.exporter_image_repository
}

output "opensearch_endpoint" {
  description = "Where events are found again."
  value       = module.kube_events.opensearch_endpoint
}

output "dashboards_endpoint" {
  description = "Where people look at them."
  value       = module.kube_events.dashboards_endpoint
}

output "index_shards" {
  description = "Shards of the index, and how many the domain bears."
  value       = module.kube_events.index_shards
}

output "receiver_secrets" {
  description = "Secrets whose values are to be put in by hand."
  value       = module.kube_events.receiver_secrets
}

output "operator_policy" {
  description = "What people may do who run kube-events silence, dead-letters and send: a policy document (JSON)."
  value       = module.kube_events.operator_policy
}
