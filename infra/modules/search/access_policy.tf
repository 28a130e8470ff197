# Who gets as far as the domain. What they may do there, fine-grained access control decides (lambdas/setup_index).

locals {
  people    = distinct(concat(var.access.reader_roles, var.access.admin_roles))
  iam_roles = [for role in local.people : role if can(regex("^arn:[a-z-]+:iam:", role))]
  # Those who sign in by SAML or with a password come without a signature, and where a policy names roles of IAM, Amazon asks
  # everybody for one. So it lets everybody in there, as Amazon recommends for these logins:
  # https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html#fgac-recommendations
  unsigned = contains(["saml", "internal"], var.dashboards_login)
}

data "aws_iam_policy_document" "access" {
  count = local.create ? 1 : 0

  dynamic "statement" {
    for_each = local.unsigned ? [1] : []

    content {
      sid       = "FineGrainedAccessControlDecides"
      actions   = ["es:ESHttp*"]
      resources = ["${local.own_arn}/*"]

      principals {
        type        = "AWS"
        identifiers = ["*"]
      }
    }
  }

  dynamic "statement" {
    for_each = local.unsigned ? [] : [1]

    content {
      sid       = "TheWriterWritesInBulk"
      actions   = ["es:ESHttpPost"]
      resources = ["${local.own_arn}/_bulk", "${local.own_arn}/*/_bulk"]

      principals {
        type        = "AWS"
        identifiers = [var.writer_role_arn]
      }
    }
  }

  dynamic "statement" {
    for_each = local.unsigned ? [] : [1]

    content {
      sid       = "TheSetupPutsTemplatesAndRoles"
      actions   = local.setup_actions
      resources = ["${local.own_arn}/*"]

      principals {
        type        = "AWS"
        identifiers = [var.setup_role_arn]
      }
    }
  }

  dynamic "statement" {
    for_each = !local.unsigned && length(local.iam_roles) > 0 ? [1] : []

    content {
      sid       = "PeopleComeInAndTheirRolesDecide"
      actions   = ["es:ESHttp*"]
      resources = ["${local.own_arn}/*"]

      principals {
        type        = "AWS"
        identifiers = local.iam_roles
      }
    }
  }
}
