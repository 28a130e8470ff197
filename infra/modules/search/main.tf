# Where events are found again: a domain made here, one that exists, or (with mode `none`, the module is not used) nowhere.

locals {
  create   = var.mode == "create"
  endpoint = local.create ? "https://${aws_opensearch_domain.this[0].endpoint}" : trimsuffix(var.endpoint, "/")
  arn      = local.create ? aws_opensearch_domain.this[0].arn : var.domain_arn
  # Written out, because the domain's own policy names it.
  own_arn = "arn:${var.location.partition}:es:${var.location.region}:${var.location.account_id}:domain/${var.name}"
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

  dynamic "vpc_options" {
    for_each = var.vpc[*]

    content {
      # One subnet per availability zone that the domain uses.
      subnet_ids         = slice(vpc_options.value.subnet_ids, 0, min(3, var.domain.instance_count))
      security_group_ids = vpc_options.value.security_group_ids
    }
  }

  tags = var.tags
}
