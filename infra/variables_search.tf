# Where events are found again: which OpenSearch, who may look there, and how the index is cut.

variable "search" {
  description = <<-EOT
    OpenSearch. `mode`: `create` a domain, use an `existing` one (`endpoint`, and for sigv4 `domain_arn`), or `none`.
    `auth`: how the functions sign in: `sigv4` with their roles, or `basic` (existing only) with the user of `secret_arn`, a
    secret {"username": …, "password": …}; `setup_secret_arn` is that of a user who may also set up, if it is another.
    `access`: whether setup_index makes roles and mappings (`manage`; always with a domain made here, else only when said),
    and who has them: `reader_roles` (ARNs of IAM roles, groups of SAML), `admin_roles` (a domain made here only),
    `reader_users` and `writer_users` of the internal database.
    `dashboards_login`, how people sign in to the Dashboards of a domain made here: `none`, `cognito` (`user_pool_id`,
    `identity_pool_id`), `saml` (`entity_id`, `metadata`, `roles_key`, …) or `internal` (a password in `secret_arn`, or in a
    secret made here).
    `dashboards`: whether setup_index imports our saved objects, where to (`endpoint`), and into which `tenant`.
    `warm_after_days`, `cold_after_days`: when an index goes to UltraWarm and to cold storage; 0 is never.
    `replicas`: copies of an index beside the first, where there are nodes for them: `0-1`, `0-2` or `0-0`.
    `max_shards`: how many the domain bears, where the plan cannot know.
    `domain`: the one to make.
  EOT
  type = object({
    mode                     = optional(string, "create")
    endpoint                 = optional(string)
    domain_arn               = optional(string)
    auth                     = optional(string, "sigv4")
    secret_arn               = optional(string)
    secret_kms_key_arn       = optional(string)
    setup_secret_arn         = optional(string)
    setup_secret_kms_key_arn = optional(string)
    access = optional(object({
      manage       = optional(bool)
      reader_roles = optional(list(string), [])
      admin_roles  = optional(list(string), [])
      reader_users = optional(list(string), [])
      writer_users = optional(list(string), [])
    }), {})
    dashboards_login = optional(string, "none")
    cognito = optional(object({
      user_pool_id     = string
      identity_pool_id = string
    }))
    saml = optional(object({
      entity_id       = string
      metadata        = string
      roles_key       = string
      admin_role      = optional(string)
      subject_key     = optional(string)
      session_minutes = optional(number, 60)
    }))
    internal = optional(object({
      secret_arn         = optional(string)
      secret_kms_key_arn = optional(string)
    }))
    dashboards = optional(object({
      import   = optional(bool)
      endpoint = optional(string)
      tenant   = optional(string, "global")
    }), {})
    warm_after_days = optional(number, 0)
    cold_after_days = optional(number, 0)
    # One copy is what the loss of a node needs; a domain with standby zones takes no template with fewer than three.
    replicas   = optional(string, "0-1")
    max_shards = optional(number)
    domain = optional(object({
      engine_version = optional(string, "OpenSearch_2.19")
      instance_type  = optional(string, "t3.small.search")
      instance_count = optional(number, 1)
      volume_gib     = optional(number, 20)
      # Two cannot elect one of them when the third is missing, and Amazon refuses a single one.
      dedicated_masters = optional(object({
        instance_type  = optional(string, "m7g.large.search")
        instance_count = optional(number, 3)
      }))
      warm = optional(object({
        instance_type  = optional(string, "ultrawarm1.medium.search")
        instance_count = optional(number, 2)
      }))
      logs = optional(set(string), [])
      # What access.reader_roles was called before.
      reader_role_arns = optional(list(string), [])
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["create", "existing", "none"], var.search.mode)
    error_message = "search.mode is `create`, `existing` or `none`."
  }

  validation {
    condition     = contains(["sigv4", "basic"], var.search.auth)
    error_message = "search.auth is `sigv4` or `basic`."
  }

  # ---------------------------------------------------------------- an existing domain

  validation {
    condition     = var.search.mode != "existing" || can(regex("^https?://[^/?#@\\s]+/?$", var.search.endpoint))
    error_message = "With search.mode `existing`, search.endpoint is a URL without a path, such as https://search.example.com."
  }

  validation {
    # docs/decisions/0013 has the reasons.
    condition     = !can(regex("\\.aoss\\.", var.search.endpoint))
    error_message = "search.endpoint is a collection of OpenSearch Serverless, which is not supported: it has no state management that deletes old indices, and no roles that setup_index could make. Give the URL of an OpenSearch domain, or let search.mode `create` make one."
  }

  validation {
    condition     = var.search.mode == "existing" || var.search.endpoint == null
    error_message = "search.endpoint is for search.mode `existing`."
  }

  validation {
    condition     = var.search.mode != "existing" || var.search.auth != "sigv4" || can(regex("^arn:[a-z-]+:es:[a-z0-9-]+:[0-9]{12}:domain/.+$", var.search.domain_arn))
    error_message = "With search.mode `existing` and search.auth `sigv4`, search.domain_arn is the domain's ARN: the functions' roles name it."
  }

  validation {
    condition = alltrue([
      for arn in [var.search.secret_arn, var.search.setup_secret_arn, try(var.search.internal.secret_arn, null)] :
      arn == null || can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:\\S+$", arn))
    ])
    error_message = "search.secret_arn, search.setup_secret_arn and search.internal.secret_arn are ARNs of Secrets Manager secrets, such as arn:aws:secretsmanager:eu-central-1:123456789012:secret:search-AbCdEf."
  }

  validation {
    condition     = var.search.auth != "basic" || (var.search.mode == "existing" && var.search.secret_arn != null)
    error_message = "search.auth `basic` is for search.mode `existing`, and needs search.secret_arn."
  }

  validation {
    condition     = var.search.setup_secret_arn == null || var.search.auth == "basic"
    error_message = "search.setup_secret_arn is for search.auth `basic`: with `sigv4` each function signs in with its own role."
  }

  # ---------------------------------------------------------------- who may look

  validation {
    condition     = var.search.mode != "create" || var.search.access.manage != false
    error_message = "search.access.manage is true or left out with search.mode `create`: nobody else makes the roles of a domain that is made here."
  }

  validation {
    condition     = var.search.mode == "create" || length(var.search.access.admin_roles) == 0
    error_message = "search.access.admin_roles is for search.mode `create`: who administers an existing domain is not changed."
  }

  validation {
    condition = var.search.mode == "create" || var.search.access.manage == true || length(concat(
      var.search.access.reader_roles, var.search.access.reader_users, var.search.access.writer_users,
    )) == 0
    error_message = "search.access.reader_roles, reader_users and writer_users are mapped by setup_index, which does so with search.access.manage = true, and always with search.mode `create`."
  }

  validation {
    condition     = !(var.search.access.manage == true && var.search.auth == "basic") || length(var.search.access.writer_users) > 0
    error_message = "With search.access.manage and search.auth `basic`, search.access.writer_users names the user of search.secret_arn: it is the one who writes, and Terraform does not read the secret."
  }

  validation {
    condition     = alltrue([for role in concat(var.search.access.reader_roles, var.search.access.admin_roles, var.search.domain.reader_role_arns) : !can(regex("^arn:", role)) || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/\\S+$", role))])
    error_message = "search.access.reader_roles and admin_roles hold ARNs of IAM roles, such as arn:aws:iam::123456789012:role/sre, or names of SAML groups."
  }

  validation {
    condition     = alltrue([for role in concat(var.search.access.reader_roles, var.search.access.admin_roles, var.search.domain.reader_role_arns) : startswith(role, "arn:")]) || var.search.dashboards_login == "saml" || var.search.mode == "existing"
    error_message = "search.access.reader_roles and admin_roles hold ARNs of IAM roles; names of groups are for search.dashboards_login `saml`."
  }

  # ---------------------------------------------------------------- how people sign in

  validation {
    condition     = contains(["none", "cognito", "saml", "internal"], var.search.dashboards_login)
    error_message = "search.dashboards_login is `none`, `cognito`, `saml` or `internal`."
  }

  validation {
    condition     = var.search.dashboards_login == "none" || var.search.mode == "create"
    error_message = "search.dashboards_login is for search.mode `create`: how people sign in to an existing domain is not changed."
  }

  validation {
    condition = alltrue([for login, options in { cognito = var.search.cognito, saml = var.search.saml } :
      (options != null) == (var.search.dashboards_login == login)
    ]) && (var.search.internal == null || var.search.dashboards_login == "internal")
    error_message = "search.cognito belongs to search.dashboards_login `cognito` and search.saml to `saml`, which need them; search.internal is for `internal`, which can do without."
  }

  validation {
    condition     = var.search.cognito == null || (can(regex("^[a-z0-9-]+_[0-9A-Za-z]+$", var.search.cognito.user_pool_id)) && can(regex("^[a-z0-9-]+:[0-9a-f-]+$", var.search.cognito.identity_pool_id)))
    error_message = "search.cognito.user_pool_id looks like eu-central-1_AbCdEfGhI, and search.cognito.identity_pool_id like eu-central-1:11111111-2222-3333-4444-555555555555."
  }

  validation {
    condition     = var.search.cognito == null || length([for role in concat(var.search.access.reader_roles, var.search.access.admin_roles, var.search.domain.reader_role_arns) : role if can(regex(":iam::", role))]) > 0
    error_message = "With search.dashboards_login `cognito`, search.access.reader_roles or admin_roles names the IAM role that the identity pool gives to people who have signed in. Without it they see nothing."
  }

  validation {
    condition     = var.search.saml == null || try(var.search.saml.admin_role, null) != null || length(concat(var.search.access.reader_roles, var.search.access.admin_roles, var.search.domain.reader_role_arns)) > 0
    error_message = "With search.dashboards_login `saml`, search.saml.admin_role or search.access.reader_roles names a group of the identity provider. Without one nobody may do anything."
  }

  validation {
    condition     = var.search.saml == null || try(var.search.saml.session_minutes >= 1 && var.search.saml.session_minutes <= 1440, false)
    error_message = "search.saml.session_minutes is between 1 and 1440, which is a day."
  }

  # ---------------------------------------------------------------- Dashboards

  validation {
    condition     = var.search.dashboards.endpoint == null || can(regex("^https?://[^?#@\\s]+$", var.search.dashboards.endpoint))
    error_message = "search.dashboards.endpoint is the URL of OpenSearch Dashboards with its path, such as https://search.example.com/_dashboards."
  }

  validation {
    condition     = var.search.mode != "existing" || var.search.dashboards.import != true || var.search.dashboards.endpoint != null
    error_message = "With search.mode `existing`, search.dashboards.import needs search.dashboards.endpoint: where Dashboards is cannot be told from where OpenSearch is."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.search.dashboards.tenant))
    error_message = "search.dashboards.tenant is `global`, `kube_events` (which setup_index makes with its roles), or another tenant's name of letters, digits, _ and -."
  }

  # ---------------------------------------------------------------- warm and cold

  validation {
    condition     = alltrue([for days in [var.search.warm_after_days, var.search.cold_after_days] : days >= 0 && floor(days) == days])
    error_message = "search.warm_after_days and search.cold_after_days are whole numbers of days; 0 is never."
  }

  validation {
    condition     = var.search.warm_after_days < var.retention_days && var.search.cold_after_days < var.retention_days
    error_message = "search.warm_after_days and search.cold_after_days are less than retention_days, which is ${var.retention_days}: what is deleted needs no other place."
  }

  validation {
    condition     = var.search.cold_after_days == 0 || (var.search.warm_after_days > 0 && var.search.cold_after_days > var.search.warm_after_days)
    error_message = "search.cold_after_days is 0, or more than search.warm_after_days, which must not be 0 then: an index gets from hot to cold by way of UltraWarm."
  }

  validation {
    condition     = var.search.mode != "create" || (var.search.warm_after_days > 0) == (var.search.domain.warm != null)
    error_message = "search.warm_after_days and search.domain.warm go together: nodes for warm indices, and the days after which an index is one. `domain = { warm = {} }` takes the smallest nodes."
  }

  validation {
    condition     = var.search.domain.warm == null || (var.search.domain.dedicated_masters != null && !can(regex("^t[23]\\.", var.search.domain.instance_type)))
    error_message = "search.domain.warm needs search.domain.dedicated_masters, and a search.domain.instance_type that is none of t2 and t3: so Amazon has it for UltraWarm and cold storage."
  }

  validation {
    condition     = var.search.domain.warm == null || try(can(regex("^ultrawarm1\\.(medium|large|xlarge)\\.search$", var.search.domain.warm.instance_type)) && var.search.domain.warm.instance_count >= 2 && var.search.domain.warm.instance_count <= 150, false)
    error_message = "search.domain.warm has 2 to 150 instances of the type ultrawarm1.medium.search, ultrawarm1.large.search or ultrawarm1.xlarge.search."
  }

  # ---------------------------------------------------------------- the domain

  validation {
    condition     = can(regex("^OpenSearch_[23]\\.[0-9]+$", var.search.domain.engine_version))
    error_message = "search.domain.engine_version is OpenSearch_2.… or OpenSearch_3.…, such as OpenSearch_2.19."
  }

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*\\.[a-z0-9]+\\.search$", var.search.domain.instance_type)) && !can(regex("^(t2|m3|r3)\\.", var.search.domain.instance_type))
    error_message = "search.domain.instance_type is a type such as t3.small.search or r7g.large.search, and none of t2, m3 and r3: those have no encryption at rest and no fine-grained access control."
  }

  validation {
    condition     = var.search.domain.instance_count >= 1 && floor(var.search.domain.instance_count) == var.search.domain.instance_count
    error_message = "search.domain.instance_count is a whole number from 1."
  }

  validation {
    condition     = !can(regex("^t3\\.", var.search.domain.instance_type)) || var.search.domain.instance_count <= 10
    error_message = "search.domain.instance_count is at most 10 with t3 instances."
  }

  validation {
    condition     = var.search.domain.dedicated_masters == null || contains([3, 5], try(var.search.domain.dedicated_masters.instance_count, 0))
    error_message = "search.domain.dedicated_masters.instance_count is 3 or 5."
  }

  validation {
    condition     = var.search.domain.volume_gib >= 10
    error_message = "search.domain.volume_gib is at least 10, the smallest volume of a node."
  }

  validation {
    condition     = length(setsubtract(var.search.domain.logs, ["INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS", "ES_APPLICATION_LOGS", "AUDIT_LOGS"])) == 0
    error_message = "search.domain.logs holds INDEX_SLOW_LOGS, SEARCH_SLOW_LOGS, ES_APPLICATION_LOGS and AUDIT_LOGS, or some of them."
  }

  validation {
    condition     = contains(["0-0", "0-1", "0-2"], var.search.replicas)
    error_message = "search.replicas is `0-1` for a copy where there is a second node, `0-2` for two (a domain with Multi-AZ with Standby takes no other template), or `0-0` for none."
  }

  validation {
    condition     = var.search.max_shards == null || try(var.search.max_shards >= 1, false)
    error_message = "search.max_shards is a number from 1: the shards that all data nodes together bear."
  }
}

variable "index_name" {
  description = "First part of the names of indices, before their date: `kube-events`, more with a hyphen, and `{cluster}` at the end for indices of each cluster's own."
  type        = string
  default     = "kube-events"
  nullable    = false

  validation {
    # Every index matches kube-events-*, which is what template, roles and retention policy are for.
    condition     = can(regex("^kube-events(-[a-z0-9][a-z0-9-]*)?(-\\{cluster\\})?$", var.index_name)) && length(var.index_name) <= 100
    error_message = "index_name is kube-events, then perhaps a hyphen with small letters, digits and hyphens, then perhaps -{cluster}, in at most 100 characters: such as kube-events, kube-events-prod or kube-events-{cluster}."
  }

  validation {
    condition     = !endswith(var.index_name, "{cluster}") || length(var.clusters) > 0
    error_message = "index_name holds {cluster}, so clusters names them all: the plan reckons with their number how many shards there will be."
  }
}

variable "index_period" {
  description = "One index per `day`, `week` or `month`. A shard wants gigabytes: `day` is for clusters that bring one a day."
  type        = string
  # A year of weeks is 54 indices. 30 single days would be more shards than Amazon recommends for the domain made by default.
  default  = "week"
  nullable = false

  validation {
    condition     = contains(["day", "week", "month"], var.index_period)
    error_message = "index_period is `day`, `week` or `month`."
  }
}
