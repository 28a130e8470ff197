output "transport" {
  description = "What the exporter is told: the transport, and the name of the stream or the bus."
  value       = { type = var.transport, name = local.kinesis ? module.stream[0].name : module.event_bus[0].name }
}

output "exporter_role_arn" {
  description = "Role of the exporter, null with exporter.identity `none`."
  value       = one(module.exporter_identity[*].role_arn)
}

output "exporter_image_repository" {
  description = "Where `make push-image` puts the exporter's image, null without image_repository."
  value       = one(module.image_repository[*].url)
}

output "exporter_namespace" {
  description = "Namespace that the exporter is to be installed in."
  value       = var.exporter.namespace
}

output "exporter_values" {
  description = "By cluster: what the exporter's chart is told. `make deploy-values` writes it into files."
  value = {
    for cluster in var.clusters : cluster => merge(
      {
        settings = merge(
          { cluster = cluster, sink = var.transport, region = local.location.region },
          local.kinesis ? { stream = module.stream[0].arn } : { event_bus = module.event_bus[0].arn },
          { for name, value in local.cluster_locations[cluster] : "cluster_${name}" => value if value != null },
        )
        # Pod Identity has the role in its association, `none` has none.
        serviceAccount = merge(
          { name = var.exporter.service_account },
          var.exporter.identity == "irsa" ? { roleArn = module.exporter_identity[0].role_arn } : {},
        )
      },
      var.image_repository == null ? {} : { image = { repository = module.image_repository[0].url } },
    )
  }
}

output "opensearch_endpoint" {
  description = "URL of the OpenSearch domain, null with search.mode `none`."
  value       = one(module.search[*].endpoint)
}

output "dashboards_endpoint" {
  description = "URL of the OpenSearch Dashboards that setup_index imports our dashboards into, null where it does not."
  value       = one(module.search[*].dashboards_endpoint)
}

output "opensearch_master_secret" {
  description = "ARN of the secret with name and password of the domain's master user, null without dashboards_login `internal`. One made here is empty until somebody puts the value in."
  value       = one(module.search[*].master_secret_arn)
}

output "index_shards" {
  description = "Shards of the index: how many there will be at a time, how many Amazon recommends at most for the domain, and how many it bears; null where that is not known."
  value       = local.searchable ? local.shards : null

  precondition {
    # A limit that is not known is null, which compares with nothing.
    condition     = !local.searchable || try(local.shards.wanted + local.shards.reserve <= local.shards.limit, true)
    error_message = "The index would have ${local.shards.wanted} shards (${local.shards_reckoned}), beside some ${local.shards.reserve} of OpenSearch itself; the domain bears ${coalesce(local.shards.limit, 0)}, and then takes no new index and no event. Choose a longer index_period, fewer retention_days, an index_name without {cluster}, or more or larger instances."
  }
}

output "index_role_arns" {
  description = "Roles that an existing domain must let in: `write` indexes events, `setup` puts template and policies."
  value       = local.searchable ? { write = module.index_events[0].role_arn, setup = module.setup_index[0].role_arn } : null
}

output "function_names" {
  description = "Name of each function."
  value       = local.names
}

output "receiver_queues" {
  description = "Name of each receiver's queue."
  value       = module.notifications.queue_names
}

output "dead_letter_queues" {
  description = "Name of each dead-letter queue: of the receivers and, with eventbridge, of the functions."
  value       = local.dead_letter_queues
}

output "receiver_secrets" {
  description = "ARN of the secret of each receiver with a webhook. Those made here are empty until somebody puts the value in."
  value       = module.notifications.secret_arns
}

output "receiver_topics" {
  description = "ARN of the topic of each receiver of type sns."
  value       = module.notifications.topic_arns
}

output "bucket" {
  description = "Bucket with compiled rules, receivers and dead letters."
  value       = module.state.bucket
}

output "table" {
  description = "Table with groups, deliveries and silences."
  value       = module.state.table_name
}

output "alarm_topic_arn" {
  description = "Topic of the alarms about the pipeline itself."
  value       = aws_sns_topic.alarms.arn
}

output "kms_key_arn" {
  description = "Key that encrypts everything."
  value       = local.kms_key_arn
}
