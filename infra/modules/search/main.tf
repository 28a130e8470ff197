# Where events are found again: a domain made here, one that exists, or (with mode `none`, the module is not used) nowhere.

locals {
  create   = var.mode == "create"
  endpoint = local.create ? "https://${aws_opensearch_domain.this[0].endpoint}" : trimsuffix(var.endpoint, "/")
  # Written out, because the domain's own policy names it.
  own_arn = "arn:${var.location.partition}:es:${var.location.region}:${var.location.account_id}:domain/${var.name}"
  arn     = local.create ? local.own_arn : var.domain_arn
}

resource "aws_opensearch_domain" "this" {
  count = local.create ? 1 : 0

  domain_name     = var.name
  engine_version  = var.domain.engine_version
  access_policies = data.aws_iam_policy_document.access[0].json

  cluster_config {
    instance_type          = var.domain.instance_type
    instance_count         = var.domain.instance_count
    zone_awareness_enabled = var.domain.instance_count > 1

    dynamic "zone_awareness_config" {
      for_each = var.domain.instance_count > 1 ? [min(3, var.domain.instance_count)] : []

      content {
        availability_zone_count = zone_awareness_config.value
      }
    }

    dedicated_master_enabled = var.domain.dedicated_masters != null
    dedicated_master_type    = one(var.domain.dedicated_masters[*].instance_type)
    dedicated_master_count   = one(var.domain.dedicated_masters[*].instance_count)

    warm_enabled = var.domain.warm != null
    warm_type    = one(var.domain.warm[*].instance_type)
    warm_count   = one(var.domain.warm[*].instance_count)

    dynamic "cold_storage_options" {
      for_each = var.domain.cold ? [true] : []

      content {
        enabled = true
      }
    }
  }

  ebs_options {
    ebs_enabled = true
    volume_type = "gp3"
    volume_size = var.domain.volume_gib
  }

  encrypt_at_rest {
    enabled    = true
    kms_key_id = var.kms_key_arn
  }

  node_to_node_encryption {
    enabled = true
  }

  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10"
  }

  # A request that the domain's policy lets in is allowed nothing until a role is mapped to who sends it. The first who may
  # map roles is the setup function.
  advanced_security_options {
    enabled                        = true
    internal_user_database_enabled = false

    master_user_options {
      master_user_arn = var.setup_role_arn
    }
  }

  dynamic "cognito_options" {
    for_each = var.cognito[*]

    content {
      enabled          = true
      user_pool_id     = cognito_options.value.user_pool_id
      identity_pool_id = cognito_options.value.identity_pool_id
      role_arn         = aws_iam_role.cognito[0].arn
    }
  }

  dynamic "vpc_options" {
    for_each = var.vpc[*]

    content {
      # One subnet per availability zone that the domain uses.
      subnet_ids         = slice(vpc_options.value.subnet_ids, 0, min(3, var.domain.instance_count))
      security_group_ids = vpc_options.value.security_group_ids
    }
  }

  dynamic "log_publishing_options" {
    for_each = var.domain.logs

    content {
      log_type                 = log_publishing_options.value
      cloudwatch_log_group_arn = aws_cloudwatch_log_group.this[log_publishing_options.value].arn
    }
  }

  tags = var.tags

  lifecycle {
    # With the login `internal` the setup function puts a user with a password in the place of its own role. Terraform must
    # neither know that password nor take the change back.
    ignore_changes = [
      advanced_security_options[0].internal_user_database_enabled,
      advanced_security_options[0].master_user_options,
    ]
  }

  # OpenSearch looks at once whether it may.
  depends_on = [aws_iam_role_policy.cognito, aws_cloudwatch_log_resource_policy.this]
}
