# Who may talk to the domain. With basic authentication it is the secret that opens it, and IAM has no say.

locals {
  signed = var.auth == "sigv4"
  # What only reads and is sent by POST, because clients do not put a body into a GET.
  questions = ["_count", "_field_caps", "_mget", "_msearch", "_search", "_search/scroll"]
}

data "aws_iam_policy_document" "access" {
  count = local.create ? 1 : 0

  statement {
    sid       = "TheWriterWritesInBulk"
    actions   = ["es:ESHttpPost"]
    resources = ["${local.own_arn}/_bulk", "${local.own_arn}/*/_bulk"]

    principals {
      type        = "AWS"
      identifiers = [var.writer_role_arn]
    }
  }

  statement {
    sid       = "TheSetupPutsTemplatesAndPolicies"
    actions   = ["es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"]
    resources = ["${local.own_arn}/*"]

    principals {
      type        = "AWS"
      identifiers = [var.setup_role_arn]
    }
  }

  dynamic "statement" {
    for_each = length(var.domain.reader_role_arns) > 0 ? [1] : []

    content {
      sid       = "ReadersRead"
      actions   = ["es:ESHttpGet", "es:ESHttpHead"]
      resources = ["${local.own_arn}/*"]

      principals {
        type        = "AWS"
        identifiers = var.domain.reader_role_arns
      }
    }
  }

  dynamic "statement" {
    for_each = length(var.domain.reader_role_arns) > 0 ? [1] : []

    content {
      sid       = "ReadersAskWithABody"
      actions   = ["es:ESHttpPost"]
      resources = flatten([for question in local.questions : ["${local.own_arn}/${question}", "${local.own_arn}/*/${question}"]])

      principals {
        type        = "AWS"
        identifiers = var.domain.reader_role_arns
      }
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
