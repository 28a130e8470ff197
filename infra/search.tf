# From what is said about search to what the module and the functions are told.

locals {
  domain_made = var.search.mode == "create"

  access = {
    manage       = local.domain_made || var.search.access.manage == true
    reader_roles = distinct(concat(var.search.access.reader_roles, var.search.domain.reader_role_arns))
    admin_roles  = var.search.access.admin_roles
    reader_users = var.search.access.reader_users
    writer_users = var.search.access.writer_users
  }

  # A domain made here has its Dashboards where the domain is; an existing one has them where it is said.
  imports    = coalesce(var.search.dashboards.import, local.domain_made || var.search.dashboards.endpoint != null)
  dashboards = local.imports ? { endpoint = var.search.dashboards.endpoint, tenant = var.search.dashboards.tenant } : null

  # Where the links in messages lead, also if somebody else imports our dashboards there.
  dashboards_url = try(coalesce(var.search.dashboards.endpoint, local.domain_made ? "${module.search[0].endpoint}/_dashboards" : null), "")

  search_secrets = {
    write  = var.search.secret_arn == null ? null : { arn = var.search.secret_arn, kms_key_arn = var.search.secret_kms_key_arn }
    setup  = var.search.setup_secret_arn == null ? null : { arn = var.search.setup_secret_arn, kms_key_arn = var.search.setup_secret_kms_key_arn }
    master = try(var.search.internal.secret_arn, null) == null ? null : { arn = var.search.internal.secret_arn, kms_key_arn = var.search.internal.secret_kms_key_arn }
  }

  setup_environment = local.searchable ? merge(module.search[0].setup_environment, {
    REPLICAS        = var.search.replicas
    RETENTION_DAYS  = tostring(var.retention_days)
    INDEX_PERIOD    = var.index_period
    WARM_AFTER_DAYS = tostring(var.search.warm_after_days)
    COLD_AFTER_DAYS = tostring(var.search.cold_after_days)
  }) : {}

  # A cluster with a Pod Identity association of ours is in this account and region. Of others we only know what is said.
  cluster_locations = { for cluster in var.clusters : cluster => merge(
    { region = null, account = null },
    contains(var.exporter.associate_with, cluster) ? { region = local.location.region, account = local.location.account_id } : {},
    { for name, value in try(var.cluster_locations[cluster], {}) : name => value if value != null },
  ) }
}
