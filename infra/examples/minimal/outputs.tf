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

output "operator_policy" {
  description = "What people may do who run kube-events silence, dead-letters and send: a policy document (JSON)."
  value       = module.kube_events.operator_policy
}
