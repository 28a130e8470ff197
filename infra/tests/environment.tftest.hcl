# What the functions are told. tests/infra/test_environment.py holds these plans against the functions' settings; the ARNs
# and addresses that only an apply knows are said here.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "made-up"
  secret_key                  = "made-up"
  max_retries                 = 1
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_resource {
  target          = module.index_events[0].aws_iam_role.this
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/kube-events-index-events" }
}

override_resource {
  target          = module.setup_index[0].aws_iam_role.this
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/kube-events-setup-index" }
}

override_resource {
  target          = module.search[0].aws_opensearch_domain.this
  override_during = plan
  values          = { endpoint = "search-kube-events.eu-central-1.es.amazonaws.com" }
}

override_resource {
  target          = module.state.aws_dynamodb_table.this
  override_during = plan
  values          = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/kube-events-state" }
}

override_resource {
  target          = module.state.module.bucket.aws_s3_bucket.this
  override_during = plan
  values          = { arn = "arn:aws:s3:::kube-events-123456789012-eu-central-1" }
}

override_resource {
  target          = aws_kms_key.this
  override_during = plan
  values          = { arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555" }
}

override_resource {
  target          = module.notifications.aws_sqs_queue.this
  override_during = plan
  values          = { arn = "arn:aws:sqs:eu-central-1:123456789012:queue", url = "https://sqs.eu-central-1.amazonaws.com/123456789012/queue" }
}

override_resource {
  target          = module.notifications.aws_sqs_queue.dead
  override_during = plan
  values          = { arn = "arn:aws:sqs:eu-central-1:123456789012:dead", url = "https://sqs.eu-central-1.amazonaws.com/123456789012/dead" }
}

override_resource {
  target          = module.notifications.aws_sns_topic.this
  override_during = plan
  values          = { arn = "arn:aws:sns:eu-central-1:123456789012:kube-events-receiver-ops-mail" }
}

override_resource {
  target          = module.notifications.aws_secretsmanager_secret.this
  override_during = plan
  values          = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:kube-events/receivers/sre-dingtalk-AbCdEf" }
}

override_resource {
  target          = module.search[0].aws_secretsmanager_secret.master
  override_during = plan
  values          = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:kube-events/opensearch-master-AbCdEf" }
}

variables {
  artifacts  = { bucket = "releases", prefix = "kube-events/0.1.0/" }
  rules_file = "tests/fixtures/rules/good.yaml"
  receivers = {
    ops-mail     = { type = "sns", mail = ["ops@example.com"] }
    sre-dingtalk = { type = "dingtalk" }
  }
}

run "a_domain_made_here" {
  command = plan

  variables {
    search = {
      access           = { reader_roles = ["arn:aws:iam::123456789012:role/sre"] }
      dashboards_login = "internal"
      warm_after_days  = 7
      cold_after_days  = 14
      domain           = { instance_type = "r7g.large.search", instance_count = 3, dedicated_masters = {}, warm = {} }
    }
  }

  assert {
    condition     = output.opensearch_master_secret == module.setup_index[0].environment["INTERNAL_MASTER_SECRET_ARN"] && output.dashboards_endpoint == module.setup_index[0].environment["DASHBOARDS_ENDPOINT"]
    error_message = "What setup_index is told, people are told too."
  }
}

run "an_existing_server" {
  command = plan

  variables {
    search = {
      mode             = "existing"
      endpoint         = "https://search.example.com"
      auth             = "basic"
      secret_arn       = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:writer-AbCdEf"
      setup_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:admin-AbCdEf"
      access           = { manage = true, writer_users = ["kube-events"], reader_users = ["night-shift"] }
      dashboards       = { endpoint = "https://dashboards.example.com", tenant = "kube_events" }
    }
  }

  assert {
    condition     = output.opensearch_master_secret == null && output.dashboards_endpoint == "https://dashboards.example.com"
    error_message = "No master user of ours, and Dashboards where it was said."
  }
}

# Where every kind of dead letter is.
run "no_search" {
  command = plan

  variables {
    search    = { mode = "none" }
    transport = "eventbridge"
    archive   = {}
  }

  assert {
    condition = {
      for statement in jsondecode(output.operator_policy).Statement : statement.Sid => [for resource in flatten([statement.Resource]) : regex("[^:]*$", resource)]
      } == {
      SetSilences                = ["table/kube-events-state"]
      ListSilences               = ["table/kube-events-state/index/by_kind"]
      FindQueues                 = ["*"]
      TakeDeadLetters            = ["kube-events-receiver-sre-dingtalk-dead", "kube-events-receiver-ops-mail-dead", "kube-events-filter-events-dead", "kube-events-archive-dead"]
      PutMessagesIntoQueues      = ["kube-events-receiver-sre-dingtalk", "kube-events-receiver-ops-mail", "kube-events-filter-events"]
      FindDeadLettersInTheBucket = ["kube-events-123456789012-eu-central-1"]
      TakeDeadLettersOfTheBucket = ["kube-events-123456789012-eu-central-1/dead-letters/*", "kube-events-123456789012-eu-central-1/aws/lambda/*"]
      HandEventsToFunctions      = ["kube-events-filter-events"]
      HandEventsToTheArchive     = ["deliverystream/kube-events-archive"]
      UseTheKey                  = ["key/11111111-2222-3333-4444-555555555555"]
    }
    error_message = "Operators may use what the command uses, of this deployment only."
  }
}
