# What the functions are told about the domain.

locals {
  environment = { OPENSEARCH_ENDPOINT = local.endpoint, OPENSEARCH_AUTH = var.auth }

  dashboards_endpoint = var.dashboards == null ? null : coalesce(var.dashboards.endpoint, "${local.endpoint}/_dashboards")

  # The roles of IAM sign in as what they are; with basic authentication the writer is a user.
  mapped = {
    WRITER_BACKEND_ROLES = local.signed ? [var.writer_role_arn] : []
    READER_BACKEND_ROLES = var.access.reader_roles
    READER_USERS         = var.access.reader_users
    WRITER_USERS         = var.access.writer_users
    # The setup's own role too: it has to stay when a user with a password becomes the master.
    ADMIN_BACKEND_ROLES = local.create ? concat([var.setup_role_arn], var.access.admin_roles) : []
  }

  setup_environment = merge(
    local.environment,
    local.setup_secret == null ? {} : { OPENSEARCH_SECRET_ARN = local.setup_secret.arn },
    { ACCESS = var.access.manage ? "manage" : "none" },
    var.access.manage ? { for name, who in local.mapped : name => jsonencode(who) if length(who) > 0 } : {},
    var.dashboards == null ? {} : { DASHBOARDS_ENDPOINT = local.dashboards_endpoint, DASHBOARDS_TENANT = var.dashboards.tenant },
    local.internal ? { DOMAIN_NAME = var.name, INTERNAL_MASTER_SECRET_ARN = local.master_secret_arn } : {},
  )
}
