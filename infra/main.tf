# The modules in the order of the flow: from the cluster over the stream or the bus to the functions, and from there to
# OpenSearch and to people. README.md shows the picture.

# ------------------------------------------------------------------ in the cluster

module "exporter_identity" {
  source = "./modules/exporter_identity"
  count  = var.exporter.identity == "none" ? 0 : 1

  name              = var.name
  location          = local.location
  identity          = var.exporter.identity
  namespace         = var.exporter.namespace
  service_account   = var.exporter.service_account
  oidc_provider_arn = var.exporter.oidc_provider_arn
  associate_with    = var.exporter.associate_with
  policy            = local.kinesis ? module.stream[0].write_policy : module.event_bus[0].write_policy
  tags              = var.tags
}

module "image_repository" {
  source = "./modules/image_repository"
  count  = var.image_repository == null ? 0 : 1

  name               = "${var.name}-exporter"
  location           = local.location
  keep               = var.image_repository.keep
  reader_account_ids = var.image_repository.reader_account_ids
  kms_key_arn        = local.kms_key_arn
  force_delete       = var.force_destroy
  tags               = var.tags
}

# ------------------------------------------------------------------ on the way

module "stream" {
  source = "./modules/stream"
  count  = local.kinesis ? 1 : 0

  name            = var.name
  mode            = var.stream.mode
  shards          = var.stream.shards
  retention_hours = var.stream.retention_hours
  kms_key_arn     = local.kms_key_arn
  consumers = {
    for consumer in local.consumers : consumer => {
      batch_size          = var.batching[consumer].size
      batching_window     = var.batching[consumer].window
      parallelization     = var.batching[consumer].parallelization
      maximum_record_age  = local.keep_trying[consumer]
      failure_destination = module.state.bucket_arn
    }
  }
  tags = var.tags
}

module "event_bus" {
  source = "./modules/event_bus"
  count  = local.kinesis ? 0 : 1

  name        = var.name
  location    = local.location
  kms_key_arn = local.kms_key_arn
  consumers = {
    for consumer in local.consumers : consumer => {
      batch_size          = var.batching[consumer].size
      batching_window     = var.batching[consumer].window
      maximum_concurrency = max(2, var.batching[consumer].parallelization)
      visibility_timeout  = 6 * local.timeouts[consumer] + var.batching[consumer].window
      keep_trying         = local.keep_trying[consumer]
      heartbeats          = consumer == "filter_events"
    }
  }
  tags = var.tags
}

# ------------------------------------------------------------------ to the index

module "index_events" {
  source = "./modules/function"
  count  = local.searchable ? 1 : 0

  name                 = local.names["index_events"]
  description          = "Writes every event into OpenSearch, each observation once."
  handler              = "lambdas.index_events.handler.lambda_handler"
  package              = local.packages["index_events"]
  location             = local.location
  runtime              = local.runtime
  memory_size          = local.memory_sizes["index_events"]
  timeout              = local.timeouts["index_events"]
  reserved_concurrency = local.reserved_concurrency["index_events"]
  vpc                  = var.vpc
  environment = merge(module.search[0].environment, {
    CONFIG_BUCKET       = module.state.bucket
    RULES_KEY           = module.state.rules_key
    DEAD_LETTERS_BUCKET = module.state.bucket
    INDEX_NAME          = var.index_name
    INDEX_PERIOD        = var.index_period
    RETENTION_DAYS      = var.retention_days
    WARM_AFTER_DAYS     = var.search.warm_after_days
  })
  policies = {
    read-events = local.kinesis ? module.stream[0].read_policy : module.event_bus[0].read_policies["index_events"]
    read-rules  = module.state.read_rules_policy
    set-aside   = module.state.set_aside_policy
    write       = module.search[0].write_policy
  }
  event_sources = { events = local.kinesis ? module.stream[0].event_sources["index_events"] : module.event_bus[0].event_sources["index_events"] }
  # A document that came before the template would get a mapping of its own.
  event_sources_wait_for = one(aws_lambda_invocation.setup_index[*].result)
  tags                   = var.tags
}

module "search" {
  source = "./modules/search"
  count  = local.searchable ? 1 : 0

  name             = var.name
  location         = local.location
  mode             = var.search.mode
  endpoint         = var.search.endpoint
  domain_arn       = var.search.domain_arn
  auth             = var.search.auth
  secret           = local.search_secrets.write
  setup_secret     = local.search_secrets.setup
  master_secret    = local.search_secrets.master
  domain           = merge(var.search.domain, { cold = var.search.cold_after_days > 0 })
  access           = local.access
  dashboards_login = var.search.dashboards_login
  cognito          = var.search.cognito
  saml             = var.search.saml
  dashboards       = local.dashboards
  kms_key_arn      = local.kms_key_arn
  vpc              = var.vpc
  writer_role_arn  = module.index_events[0].role_arn
  setup_role_arn   = module.setup_index[0].role_arn

  log_retention_days = var.log_retention_days
  force_destroy      = var.force_destroy
  tags               = var.tags
}

module "setup_index" {
  source = "./modules/function"
  count  = local.searchable ? 1 : 0

  name                 = local.names["setup_index"]
  description          = "Puts template, retention, roles and dashboards into OpenSearch. Called by Terraform when they change."
  handler              = "lambdas.setup_index.handler.lambda_handler"
  package              = local.packages["setup_index"]
  location             = local.location
  runtime              = local.runtime
  memory_size          = local.memory_sizes["setup_index"]
  timeout              = local.timeouts["setup_index"]
  reserved_concurrency = local.reserved_concurrency["setup_index"]
  vpc                  = var.vpc
  environment          = local.setup_environment
  policies             = { set-up = module.search[0].setup_policy }
  tags                 = var.tags
}

# Everything that it puts lies in the zip, whose key names its version, or in its environment.
resource "aws_lambda_invocation" "setup_index" {
  count = local.searchable ? 1 : 0

  function_name = module.setup_index[0].name
  input         = jsonencode({})

  triggers = merge(local.setup_environment, { code = local.packages["setup_index"].key })

  # The function is there a little before its role may sign requests or read the password. And the domain is done with one
  # change of how people sign in before it is asked for the next.
  depends_on = [module.setup_index, module.search]
}

# ------------------------------------------------------------------ to people

module "filter_events" {
  source = "./modules/function"

  name                 = local.names["filter_events"]
  description          = "Decides by the rules who is told about an event, and gathers events in groups with a timer each."
  handler              = "lambdas.filter_events.handler.lambda_handler"
  package              = local.packages["filter_events"]
  location             = local.location
  runtime              = local.runtime
  memory_size          = local.memory_sizes["filter_events"]
  timeout              = local.timeouts["filter_events"]
  reserved_concurrency = local.reserved_concurrency["filter_events"]
  environment = {
    CONFIG_BUCKET       = module.state.bucket
    RULES_KEY           = module.state.rules_key
    RECEIVERS_KEY       = module.state.receivers_key
    DEAD_LETTERS_BUCKET = module.state.bucket
    STATE_TABLE         = module.state.table_name
  }
  policies = {
    read-events    = local.kinesis ? module.stream[0].read_policy : module.event_bus[0].read_policies["filter_events"]
    read-rules     = module.state.read_rules_policy
    read-receivers = module.state.read_receivers_policy
    set-aside      = module.state.set_aside_policy
    group          = module.state.group_policy
    enqueue        = module.notifications.enqueue_policy
  }
  event_sources = { events = local.kinesis ? module.stream[0].event_sources["filter_events"] : module.event_bus[0].event_sources["filter_events"] }
  tags          = var.tags
}

module "notify" {
  source = "./modules/function"

  name                 = local.names["notify"]
  description          = "Makes one message of a group when its timer fires, and hands it to the mail, chat or topic of its receiver."
  handler              = "lambdas.notify.handler.lambda_handler"
  package              = local.packages["notify"]
  location             = local.location
  runtime              = local.runtime
  memory_size          = local.memory_sizes["notify"]
  timeout              = local.timeouts["notify"]
  reserved_concurrency = local.reserved_concurrency["notify"]
  # Timers longer than the 15 minutes that SQS delays a message, and messages that a chat throttles, go back into the
  # queue that calls notify, any number of times. Lambda would stop what goes round 16 times.
  calls_itself = true
  environment = {
    CONFIG_BUCKET  = module.state.bucket
    RECEIVERS_KEY  = module.state.receivers_key
    STATE_TABLE    = module.state.table_name
    DASHBOARDS_URL = local.dashboards_url
  }
  policies = {
    read-receivers = module.state.read_receivers_policy
    receive        = module.notifications.receive_policy
    remember       = module.state.remember_policy
    tell           = module.notifications.tell_policy
  }
  event_sources = module.notifications.event_sources
  tags          = var.tags
}

module "notifications" {
  source = "./modules/notifications"

  name               = var.name
  location           = local.location
  kms_key_arn        = local.kms_key_arn
  receivers          = var.receivers
  visibility_timeout = 6 * local.timeouts["notify"]
  force_destroy      = var.force_destroy
  tags               = var.tags
}

# ------------------------------------------------------------------ what they remember

module "state" {
  source = "./modules/state"

  name                       = var.name
  location                   = local.location
  kms_key_arn                = local.kms_key_arn
  dead_letter_retention_days = var.dead_letter_retention_days
  force_destroy              = var.force_destroy
  rules                      = try(file(local.compiled_file), "")
  receivers                  = module.notifications.document
  tags                       = var.tags
}
