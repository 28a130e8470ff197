# Who may talk to the domain. With basic authentication it is the secret that opens it, and IAM has no say.

locals {
  signed = var.auth == "sigv4"
}

data "aws_iam_policy_document" "access" {
  count = local.create ? 1 : 0

  statement {
    sid       = "OnlyTheFunctions"
    actions   = ["es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"]
    resources = ["${local.own_arn}/*"]

    principals {
      type        = "AWS"
      identifiers = concat([var.writer_role_arn, var.setup_role_arn], var.domain.reader_role_arns)
    }
  }
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
    for_each = local.signed ? [] : [1]

    content {
      sid       = "ReadThePassword"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [var.secret_arn]
    }
  }

  dynamic "statement" {
    for_each = compact([var.secret_kms_key_arn])

    content {
      sid       = "DecryptThePassword"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]
    }
  }
}

data "aws_iam_policy_document" "setup" {
  source_policy_documents = [data.aws_iam_policy_document.write.json]

  dynamic "statement" {
    for_each = local.signed ? [1] : []

    content {
      sid       = "SetUpTemplatesAndPolicies"
      actions   = ["es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"]
      resources = ["${local.arn}/*"]
    }
  }
}
