# How people sign in to Dashboards. Without any of these, an IAM master user leaves them a sign-in page that works for nobody.

locals {
  internal          = var.dashboards_login == "internal"
  master_secret_arn = local.internal ? (var.master_secret == null ? aws_secretsmanager_secret.master[0].arn : var.master_secret.arn) : null
}

# ------------------------------------------------------------------ internal: a name and a password

# Empty: the value is put in by hand, so that it is in no state and no plan.
resource "aws_secretsmanager_secret" "master" {
  count = local.internal && var.master_secret == null ? 1 : 0

  name                    = "${var.name}/opensearch-master"
  description             = "Master user of the OpenSearch domain ${var.name}: {\"username\": …, \"password\": …}"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.force_destroy ? 0 : 30
  tags                    = var.tags
}

# ------------------------------------------------------------------ saml: the company's identity provider

resource "aws_opensearch_domain_saml_options" "this" {
  count = local.create && var.saml != null ? 1 : 0

  domain_name = aws_opensearch_domain.this[0].domain_name

  saml_options {
    enabled                 = true
    master_backend_role     = var.saml.admin_role
    roles_key               = var.saml.roles_key
    subject_key             = var.saml.subject_key
    session_timeout_minutes = var.saml.session_minutes

    idp {
      entity_id        = var.saml.entity_id
      metadata_content = var.saml.metadata
    }
  }
}

# ------------------------------------------------------------------ cognito: OpenSearch makes itself a client of the pools

data "aws_iam_policy_document" "cognito_trust" {
  count = var.cognito == null ? 0 : 1

  statement {
    sid     = "OpenSearchUsesThePools"
    actions = ["sts:AssumeRole"]

    principals {
      type = "Service"
      # The name in Amazon's guide, and the older one that domains still come with.
      identifiers = ["es.amazonaws.com", "opensearchservice.amazonaws.com"]
    }
  }
}

# AmazonOpenSearchServiceCognitoAccess, for these two pools only:
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonOpenSearchServiceCognitoAccess.html
data "aws_iam_policy_document" "cognito" {
  count = var.cognito == null ? 0 : 1

  statement {
    sid = "BeAClientOfTheUserPool"
    actions = [
      "cognito-idp:AdminInitiateAuth",
      "cognito-idp:AdminUserGlobalSignOut",
      "cognito-idp:CreateUserPoolClient",
      "cognito-idp:DeleteUserPoolClient",
      "cognito-idp:DescribeUserPool",
      "cognito-idp:DescribeUserPoolClient",
      "cognito-idp:ListUserPoolClients",
      "cognito-idp:UpdateUserPoolClient",
    ]
    resources = ["arn:${var.location.partition}:cognito-idp:${split("_", var.cognito.user_pool_id)[0]}:${var.location.account_id}:userpool/${var.cognito.user_pool_id}"]
  }

  statement {
    sid       = "BeAProviderOfTheIdentityPool"
    actions   = ["cognito-identity:DescribeIdentityPool", "cognito-identity:GetIdentityPoolRoles", "cognito-identity:UpdateIdentityPool"]
    resources = ["arn:${var.location.partition}:cognito-identity:${split(":", var.cognito.identity_pool_id)[0]}:${var.location.account_id}:identitypool/${var.cognito.identity_pool_id}"]
  }

  statement {
    sid = "LeaveTheIdentityPoolItsRoles"
    # Cognito knows no resource for it.
    actions   = ["cognito-identity:SetIdentityPoolRoles"]
    resources = ["*"]
  }

  statement {
    sid     = "GiveTheIdentityPoolItsRoles"
    actions = ["iam:PassRole"]
    # Those that the pool has, for people who have signed in and who have not; which they are only the pool knows.
    resources = ["arn:${var.location.partition}:iam::${var.location.account_id}:role/*"]

    condition {
      test     = "StringLike"
      variable = "iam:PassedToService"
      values   = ["cognito-identity.amazonaws.com", "cognito-identity-us-gov.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "cognito" {
  count = var.cognito == null ? 0 : 1

  name               = "${var.name}-opensearch-cognito"
  description        = "With it OpenSearch lets people sign in to the Dashboards of ${var.name} by Amazon Cognito."
  assume_role_policy = data.aws_iam_policy_document.cognito_trust[0].json
  tags               = var.tags
}

resource "aws_iam_role_policy" "cognito" {
  count = var.cognito == null ? 0 : 1

  name   = "use-the-pools"
  role   = aws_iam_role.cognito[0].name
  policy = data.aws_iam_policy_document.cognito[0].json
}
