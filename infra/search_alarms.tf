# Alarms of a domain made here, as Amazon recommends them:
# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html

locals {
  domain_alarms = { for name, alarm in {
    red = {
      metric      = "ClusterStatus.red", statistic = "Maximum", seconds = 60, periods = 1, above = 0
      description = "A primary shard of the OpenSearch domain is on no node: what it holds is not found, and what belongs into it waits."
    }
    full = {
      # 25 percent of a node's volume, in MiB. OpenSearch blocks its indices for writing some time before there is none left.
      metric      = "FreeStorageSpace", statistic = "Minimum", seconds = 60, periods = 1, below = var.search.domain.volume_gib * 256
      description = "Less than a quarter of a data node's disk is free. Fewer retention_days or more volume_gib make room."
    }
    read-only = {
      metric      = "ClusterIndexWritesBlocked", statistic = "Maximum", seconds = 300, periods = 1, above = 0
      description = "The OpenSearch domain takes no documents: its disks are full or its memory is. Events wait for as long as the stream keeps them."
    }
    memory = {
      metric      = "JVMMemoryPressure", statistic = "Maximum", seconds = 60, periods = 3, above = 95
      description = "The OpenSearch domain is about to run out of memory: it needs larger instances, or fewer shards."
    }
    processor = {
      metric      = "CPUUtilization", statistic = "Maximum", seconds = 900, periods = 3, above = 80
      description = "The OpenSearch domain has been busy for 45 minutes: it needs larger or more instances."
    }
    snapshot = {
      metric      = "AutomatedSnapshotFailure", statistic = "Maximum", seconds = 60, periods = 1, above = 0
      description = "The hourly snapshot of the OpenSearch domain failed."
    }
    key = {
      metric      = "KMSKeyInaccessible", statistic = "Maximum", seconds = 60, periods = 1, above = 0
      description = "The OpenSearch domain cannot use its key any more: somebody disabled the key, or took its grant away."
    }
    } : "${var.name}-opensearch-${name}" => merge(alarm, {
      namespace = "AWS/ES", dimensions = { DomainName = var.name, ClientId = local.location.account_id }
  }) if local.domain_made }
}
