# How many shards the index will have, and how many the domain bears. OpenSearch refuses an index that would be one too many,
# and with it every event of that day, so the plan says it before.

locals {
  # As lambdas/setup_index/definitions.py has it: an index goes this many days after its last event could come.
  period_days = lookup({ day = 1, week = 7, month = 31 }, var.index_period, 1)

  # Those in UltraWarm and cold storage are not on the data nodes any more.
  hot_days = var.search.warm_after_days > 0 ? var.search.warm_after_days : var.retention_days
  # What lies within, the one that is written to, and the one that waits to be deleted.
  indices = ceil((local.hot_days + local.period_days) / local.period_days) + 1
  # How often each of them is there: per cluster, and with replicas where there are nodes for them.
  index_clusters = endswith(var.index_name, "{cluster}") ? max(1, length(var.clusters)) : 1
  replicas       = min(tonumber(split("-", var.search.replicas)[1]), local.domain_made ? var.search.domain.instance_count - 1 : 2)
  copies         = 1 + local.replicas

  # GiB of a `large` of the family, such as r7g or or1; each size up doubles it. t3 has its own.
  # https://aws.amazon.com/opensearch-service/pricing/
  type         = split(".", var.search.domain.instance_type)
  memory_large = { c = 4, m = 8, om = 8, im = 8, r = 16, or = 16, i = 16, oi = 16 }
  sizes        = { medium = 0.5, large = 1, xlarge = 2 }
  memory = try(
    { small = 2, medium = 4 }[local.type[0] == "t3" ? local.type[1] : "-"],
    local.memory_large[regex("^[a-z]+", local.type[0])] * try(local.sizes[local.type[1]], 2 * tonumber(regex("^([0-9]+)xlarge$", local.type[1])[0])),
    null,
  )
  # Half of it, and never more than 32: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/bp-sharding.html
  heap = local.memory == null ? null : min(32, local.memory / 2)

  # 1000 a node up to 2.15; from 2.17 on 1000 for every 16 GiB of heap (the same page). A smaller heap is taken to bear 1000.
  newer    = try(tonumber(regex("_([0-9]+)\\.", var.search.domain.engine_version)[0]) > 2 || tonumber(regex("\\.([0-9]+)$", var.search.domain.engine_version)[0]) >= 17, true)
  per_node = local.newer && local.heap != null ? min(4000, 1000 * max(1, floor(local.heap / 16))) : 1000

  shards = {
    wanted      = local.indices * local.index_clusters * local.copies
    recommended = !local.domain_made || local.heap == null ? null : floor(25 * local.heap * var.search.domain.instance_count)
    limit       = var.search.max_shards != null ? var.search.max_shards : (local.domain_made ? local.per_node * var.search.domain.instance_count : null)
    # Security, Dashboards and state management keep indices too, the last a new one every day for a month, each with a replica.
    reserve = 50 * max(local.copies, local.domain_made && var.search.domain.instance_count == 1 ? 1 : 2)
  }

  shards_reckoned = "${local.indices} indices of a ${var.index_period}, ${local.index_clusters == 1 ? "one for all clusters" : "for each of ${local.index_clusters} clusters"}, ${["without replicas", "with a replica each", "with two replicas each"][local.replicas]}"
}
