# ------------------------------------------------------------------ what must be said

variable "artifacts" {
  description = <<-EOT
    The functions' zips (filter_events.zip, index_events.zip, notify.zip, setup_index.zip): in a `directory` here, or in an
    S3 `bucket` of the same region under a `prefix` that names the version, such as `kube-events/0.1.0/`.
  EOT
  type = object({
    directory = optional(string)
    bucket    = optional(string)
    prefix    = optional(string, "")
  })
  nullable = false

  validation {
    condition     = (var.artifacts.directory == null) != (var.artifacts.bucket == null)
    error_message = "artifacts has either `directory` or `bucket`."
  }

  validation {
    condition     = var.artifacts.directory == null ? true : alltrue([for name in local.functions : fileexists("${var.artifacts.directory}/${name}.zip")])
    error_message = "artifacts.directory ${coalesce(var.artifacts.directory, "-")} lacks ${join(", ", [for name in local.functions : "${name}.zip" if !try(fileexists("${var.artifacts.directory}/${name}.zip"), false)])}. `make package` builds the zips; a release has them too."
  }

  validation {
    condition     = can(regex("^$|/$", var.artifacts.prefix))
    error_message = "artifacts.prefix is empty or ends in a slash."
  }
}

variable "rules_file" {
  description = "The rules, a YAML file. Its compiled form lies beside it, as `<same name>.compiled.json`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("\\.ya?ml$", var.rules_file)) && fileexists(var.rules_file)
    error_message = "rules_file ${var.rules_file} is not there, or is no .yaml file."
  }

  # A variable's checks cannot use locals that are made of it, hence the repetition of where the compiled file lies.
  validation {
    condition     = fileexists(replace(var.rules_file, "/\\.ya?ml$/", ".compiled.json")) || !fileexists(var.rules_file)
    error_message = "${replace(var.rules_file, "/\\.ya?ml$/", ".compiled.json")} is not there. Run: kube-events rules check ${var.rules_file} --write"
  }

  validation {
    condition     = try(jsondecode(file(replace(var.rules_file, "/\\.ya?ml$/", ".compiled.json"))).sourceSha256 == filesha256(var.rules_file), true)
    error_message = "${replace(var.rules_file, "/\\.ya?ml$/", ".compiled.json")} does not match ${var.rules_file}, which was changed since. Run: kube-events rules check ${var.rules_file} --write"
  }

  validation {
    # A file that is not there has its own message above.
    condition     = try(jsondecode(file(replace(var.rules_file, "/\\.ya?ml$/", ".compiled.json"))).compiledVersion == 2, false) || !fileexists(replace(var.rules_file, "/\\.ya?ml$/", ".compiled.json"))
    error_message = "${replace(var.rules_file, "/\\.ya?ml$/", ".compiled.json")} is not what this version of kube-events compiles. Run: kube-events rules check ${var.rules_file} --write"
  }
}

# ------------------------------------------------------------------ what may be said

variable "name" {
  description = "First part of every name. Two deployments in one account and region differ in it."
  type        = string
  default     = "kube-events"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.name))
    error_message = "name has 3 to 24 small letters, digits and hyphens, and begins with a letter: names of queues and buckets are made of it."
  }
}

variable "transport" {
  description = "What carries the events: `kinesis` (a stream) or `eventbridge` (a bus and a queue per function)."
  type        = string
  default     = "kinesis"
  nullable    = false

  validation {
    condition     = contains(["kinesis", "eventbridge"], var.transport)
    error_message = "transport is `kinesis` or `eventbridge`."
  }
}

variable "stream" {
  description = "The Kinesis stream: `mode` (`provisioned` or `on-demand`), `shards` of a provisioned one, `retention_hours` (48 to 8760)."
  type = object({
    mode            = optional(string, "provisioned")
    shards          = optional(number, 1)
    retention_hours = optional(number, 48)
  })
  default  = {}
  nullable = false
}

variable "batching" {
  description = <<-EOT
    How the functions read: events per batch (`size`), seconds to wait for a full one (`window`), and how many batches at
    the same time (`parallelization`; per shard with kinesis, in all and at least 2 with eventbridge).
  EOT
  type = object({
    # People wait for the filter: a second at most. Two batches of 100 keep up with all that a shard can carry.
    filter_events = optional(object({
      size            = optional(number, 100)
      window          = optional(number, 1)
      parallelization = optional(number, 2)
    }), {})
    # OpenSearch likes few, large bulk requests: 500 events are 0.5 to 1 MB, and 5 seconds later is soon enough to search.
    index_events = optional(object({
      size            = optional(number, 500)
      window          = optional(number, 5)
      parallelization = optional(number, 2)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for reads in values(var.batching) : reads.size >= 1 && reads.size <= 10000])
    error_message = "batching.*.size is between 1 and 10000."
  }

  validation {
    condition     = alltrue([for reads in values(var.batching) : reads.window >= (reads.size > 10 ? 1 : 0) && reads.window <= 300])
    error_message = "batching.*.window is between 0 and 300 seconds, and at least 1 with a size above 10."
  }

  validation {
    condition     = alltrue([for reads in values(var.batching) : reads.parallelization >= 1 && reads.parallelization <= 10])
    error_message = "batching.*.parallelization is between 1 and 10."
  }
}

variable "clusters" {
  description = "Names of the clusters whose exporters ship here, as their setting `cluster` says them. Each has an alarm for five minutes without a heartbeat."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    # The pattern of exporter/settings.py.
    condition     = alltrue([for name in var.clusters : can(regex("^[0-9A-Za-z][0-9A-Za-z._-]{0,99}$", name))])
    error_message = "A name in clusters has 1 to 100 letters, digits, dots, underscores and hyphens, and begins with a letter or digit."
  }
}

variable "cluster_locations" {
  description = "Region and account of clusters, for the events' fields cluster.region and cluster.account. Those of exporter.associate_with are here; of others nothing is said unless it is said here."
  type = map(object({
    region  = optional(string)
    account = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.cluster_locations), var.clusters)) == 0
    error_message = "cluster_locations names clusters that are not in clusters: ${join(", ", setsubtract(keys(var.cluster_locations), var.clusters))}."
  }

  validation {
    condition     = alltrue([for place in var.cluster_locations : place.account == null || can(regex("^[0-9]{12}$", place.account))])
    error_message = "cluster_locations.*.account is an AWS account: twelve digits, in quotes."
  }

  validation {
    condition     = alltrue([for place in var.cluster_locations : place.region == null || can(regex("^[a-z0-9-]{1,32}$", place.region))])
    error_message = "cluster_locations.*.region is a region such as eu-central-1."
  }
}

variable "exporter" {
  description = <<-EOT
    The exporter's role. `identity`: `pod-identity`, `irsa` (with `oidc_provider_arn`), or `none` for a cluster that has
    credentials of its own. `associate_with`: EKS clusters of this account that get a Pod Identity association.
  EOT
  type = object({
    identity          = optional(string, "pod-identity")
    namespace         = optional(string, "kube-events")
    service_account   = optional(string, "kube-events-exporter")
    oidc_provider_arn = optional(string)
    associate_with    = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["pod-identity", "irsa", "none"], var.exporter.identity)
    error_message = "exporter.identity is `pod-identity`, `irsa` or `none`."
  }
}

variable "image_repository" {
  description = <<-EOT
    Set, a repository (ECR) for the exporter's image is made: `keep` versions, `reader_account_ids` of other accounts whose
    clusters may pull. `{}` takes the defaults.
  EOT
  type = object({
    # A cluster may stay behind for a while: an image that a node has to pull again must still be there.
    keep               = optional(number, 20)
    reader_account_ids = optional(set(string), [])
  })
  default = null
}
