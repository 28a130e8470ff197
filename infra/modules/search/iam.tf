# What the functions' roles may do. With basic authentication it is the secret that opens the domain, and IAM has no say.

locals {
  signed        = var.auth == "sigv4"
  setup_actions = ["es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPatch", "es:ESHttpPost", "es:ESHttpPut"]
  setup_secret  = var.setup_secret == null ? var.secret : var.setup_secret

  # The secrets that each reads, and the keys that open them. Secrets made here have the key that every function may use.
  write_secrets = local.signed ? [] : [var.secret]
  setup_secrets = concat(
    local.signed ? [] : [local.setup_secret],
    local.internal ? [{ arn = local.master_secret_arn, kms_key_arn = try(var.master_secret.kms_key_arn, null) }] : [],
  )
}

data "aws_iam_policy_document" "write" {
  dynamic "statement" {
    for_each = local.signed ? [1] : []

    content {
      sid       = "WriteInBulk"
      actions   = ["es:ESHttpPost"]
      resources = ["${local.arn}/_bulk"]
    }
  }

  dynamic "statement" {
    for_each = local.write_secrets

    content {
      sid       = "ReadThePassword"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [statement.value.arn]
    }
  }

  dynamic "statement" {
    for_each = compact(local.write_secrets[*].kms_key_arn)

    content {
      sid       = "DecryptThePassword"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]
    }
  }
}

data "aws_iam_policy_document" "setup" {
  dynamic "statement" {
    for_each = local.signed ? [1] : []

    content {
      sid       = "SetUpTemplatesAndRoles"
      actions   = local.setup_actions
      resources = ["${local.arn}/*"]
    }
  }

  dynamic "statement" {
    for_each = length(local.setup_secrets) > 0 ? [1] : []

    content {
      sid       = "ReadThePassword"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = local.setup_secrets[*].arn
    }
  }

  dynamic "statement" {
    for_each = length(compact(local.setup_secrets[*].kms_key_arn)) > 0 ? [1] : []

    content {
      sid       = "DecryptThePassword"
      actions   = ["kms:Decrypt"]
      resources = compact(local.setup_secrets[*].kms_key_arn)
    }
  }

  dynamic "statement" {
    for_each = local.internal ? [1] : []

    content {
      sid       = "PutThePasswordsUserInItsPlace"
      actions   = ["es:DescribeDomainConfig", "es:UpdateDomainConfig"]
      resources = [local.own_arn]
    }
  }
}
