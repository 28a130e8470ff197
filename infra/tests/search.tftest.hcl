# OpenSearch: a domain of our own, or one that exists, and who may do what there.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "made-up"
  secret_key                  = "made-up"
  max_retries                 = 1
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_resource {
  target          = aws_opensearch_domain.this
  override_during = plan
  values          = { arn = "arn:aws:es:eu-central-1:123456789012:domain/kube-events", endpoint = "search-kube-events.eu-central-1.es.amazonaws.com" }
}

variables {
  name            = "kube-events"
  location        = { partition = "aws", region = "eu-central-1", account_id = "123456789012" }
  mode            = "create"
  auth            = "sigv4"
  kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  writer_role_arn = "arn:aws:iam::123456789012:role/kube-events-index-events"
  setup_role_arn  = "arn:aws:iam::123456789012:role/kube-events-setup-index"
  access          = { manage = true }
  domain          = { engine_version = "OpenSearch_2.19", instance_type = "t3.small.search", instance_count = 1, volume_gib = 20 }
}

run "a_domain_of_our_own_is_encrypted_and_small" {
  command = plan

  module {
    source = "./modules/search"
  }

  assert {
    condition     = aws_opensearch_domain.this[0].domain_endpoint_options[0].enforce_https && aws_opensearch_domain.this[0].domain_endpoint_options[0].tls_security_policy == "Policy-Min-TLS-1-2-PFS-2023-10"
    error_message = "TLS 1.2 at least."
  }

  assert {
    condition     = aws_opensearch_domain.this[0].encrypt_at_rest[0].enabled && aws_opensearch_domain.this[0].node_to_node_encryption[0].enabled
    error_message = "Encrypted on disk and between nodes."
  }

  assert {
    condition     = aws_opensearch_domain.this[0].cluster_config[0].instance_count == 1 && !aws_opensearch_domain.this[0].cluster_config[0].zone_awareness_enabled
    error_message = "One small node."
  }

  assert {
    condition = jsondecode(aws_opensearch_domain.this[0].access_policies).Statement == [
      {
        Sid       = "TheWriterWritesInBulk"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::123456789012:role/kube-events-index-events" }
        Action    = "es:ESHttpPost"
        Resource  = ["arn:aws:es:eu-central-1:123456789012:domain/kube-events/_bulk", "arn:aws:es:eu-central-1:123456789012:domain/kube-events/*/_bulk"]
      },
      {
        Sid       = "TheSetupPutsTemplatesAndRoles"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::123456789012:role/kube-events-setup-index" }
        Action    = ["es:ESHttpPut", "es:ESHttpPost", "es:ESHttpPatch", "es:ESHttpHead", "es:ESHttpGet"]
        Resource  = "arn:aws:es:eu-central-1:123456789012:domain/kube-events/*"
      },
    ]
    error_message = "Only the functions are let in, each for what it does."
  }

  assert {
    condition = alltrue([
      aws_opensearch_domain.this[0].advanced_security_options[0].enabled,
      aws_opensearch_domain.this[0].advanced_security_options[0].internal_user_database_enabled == false,
      aws_opensearch_domain.this[0].advanced_security_options[0].master_user_options[0].master_user_arn == var.setup_role_arn,
      length(aws_opensearch_domain.this[0].cognito_options) + length(aws_opensearch_domain_saml_options.this) + length(aws_secretsmanager_secret.master) == 0,
    ])
    error_message = "Fine-grained access control, with the setup function as the master user."
  }

  assert {
    condition = alltrue([
      !aws_opensearch_domain.this[0].cluster_config[0].dedicated_master_enabled,
      !aws_opensearch_domain.this[0].cluster_config[0].warm_enabled,
      length(aws_opensearch_domain.this[0].log_publishing_options) + length(aws_cloudwatch_log_group.this) == 0,
    ])
    error_message = "Nothing that costs more, unasked."
  }

  assert {
    condition     = output.endpoint == "https://search-kube-events.eu-central-1.es.amazonaws.com" && output.environment == { OPENSEARCH_ENDPOINT = output.endpoint, OPENSEARCH_AUTH = "sigv4" }
    error_message = "Functions are told a URL."
  }
}

run "who_writes_may_write_in_bulk_and_nothing_else" {
  command = plan

  module {
    source = "./modules/search"
  }

  assert {
    condition     = jsondecode(data.aws_iam_policy_document.write.json).Statement[0] == { Sid = "WriteInBulk", Effect = "Allow", Action = "es:ESHttpPost", Resource = "arn:aws:es:eu-central-1:123456789012:domain/kube-events/_bulk" }
    error_message = "One path, one method."
  }
}

run "the_setup_is_told_whom_to_give_which_role" {
  command = plan

  module {
    source = "./modules/search"
  }

  variables {
    access     = { manage = true, reader_roles = ["arn:aws:iam::123456789012:role/sre"], admin_roles = ["arn:aws:iam::123456789012:role/platform"] }
    dashboards = { tenant = "global" }
  }

  assert {
    condition = output.setup_environment == {
      OPENSEARCH_ENDPOINT  = "https://search-kube-events.eu-central-1.es.amazonaws.com"
      OPENSEARCH_AUTH      = "sigv4"
      ACCESS               = "manage"
      WRITER_BACKEND_ROLES = jsonencode(["arn:aws:iam::123456789012:role/kube-events-index-events"])
      READER_BACKEND_ROLES = jsonencode(["arn:aws:iam::123456789012:role/sre"])
      ADMIN_BACKEND_ROLES  = jsonencode(["arn:aws:iam::123456789012:role/kube-events-setup-index", "arn:aws:iam::123456789012:role/platform"])
      DASHBOARDS_ENDPOINT  = "https://search-kube-events.eu-central-1.es.amazonaws.com/_dashboards"
      DASHBOARDS_TENANT    = "global"
    }
    error_message = "The writer by its role, people by theirs, and the setup stays an administrator."
  }

  assert {
    condition = { for statement in jsondecode(aws_opensearch_domain.this[0].access_policies).Statement : statement.Sid => statement }["PeopleComeInAndTheirRolesDecide"] == {
      Sid       = "PeopleComeInAndTheirRolesDecide"
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::123456789012:role/sre", "arn:aws:iam::123456789012:role/platform"] }
      Action    = "es:ESHttp*"
      Resource  = "arn:aws:es:eu-central-1:123456789012:domain/kube-events/*"
    }
    error_message = "Those who are named come in; what they may do is a matter of the roles that are mapped to them."
  }
}

run "three_nodes_stand_in_three_zones" {
  command = plan

  module {
    source = "./modules/search"
  }

  variables {
    domain = {
      engine_version    = "OpenSearch_3.1"
      instance_type     = "r7g.large.search"
      instance_count    = 3
      volume_gib        = 100
      dedicated_masters = { instance_type = "m7g.large.search", instance_count = 3 }
      warm              = { instance_type = "ultrawarm1.medium.search", instance_count = 2 }
      cold              = true
      logs              = ["AUDIT_LOGS"]
    }
    vpc = { subnet_ids = ["subnet-0a", "subnet-0b", "subnet-0c"], security_group_ids = ["sg-0a"] }
  }

  assert {
    condition     = aws_opensearch_domain.this[0].cluster_config[0].zone_awareness_config[0].availability_zone_count == 3
    error_message = "A node per zone."
  }

  assert {
    condition = alltrue([
      aws_opensearch_domain.this[0].cluster_config[0].dedicated_master_enabled,
      aws_opensearch_domain.this[0].cluster_config[0].dedicated_master_count == 3,
      aws_opensearch_domain.this[0].cluster_config[0].warm_enabled,
      aws_opensearch_domain.this[0].cluster_config[0].warm_count == 2,
      aws_opensearch_domain.this[0].cluster_config[0].cold_storage_options[0].enabled,
    ])
    error_message = "Masters, warm nodes and cold storage where they are asked for."
  }

  assert {
    condition     = aws_opensearch_domain.this[0].vpc_options[0].subnet_ids == toset(["subnet-0a", "subnet-0b", "subnet-0c"])
    error_message = "A subnet per zone."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this["AUDIT_LOGS"].name == "/aws/opensearch/kube-events/audit-logs" && aws_cloudwatch_log_group.this["AUDIT_LOGS"].retention_in_days == 30
    error_message = "Logs of the domain lie in groups of its own."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_log_resource_policy.this[0].policy_document).Statement == [{
      Sid       = "TheDomainWritesItsLogs"
      Effect    = "Allow"
      Principal = { Service = "es.amazonaws.com" }
      Action    = ["logs:PutLogEventsBatch", "logs:PutLogEvents", "logs:CreateLogStream"]
      Resource  = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/opensearch/kube-events/audit-logs:*"
      Condition = {
        ArnLike      = { "aws:SourceArn" = "arn:aws:es:eu-central-1:123456789012:domain/kube-events" }
        StringEquals = { "aws:SourceAccount" = "123456789012" }
      }
    }]
    error_message = "OpenSearch writes there for this domain, and for no other."
  }
}

run "people_sign_in_by_cognito" {
  command = plan

  module {
    source = "./modules/search"
  }

  variables {
    dashboards_login = "cognito"
    cognito          = { user_pool_id = "eu-central-1_AbCdEfGhI", identity_pool_id = "eu-central-1:11111111-2222-3333-4444-555555555555" }
    access           = { manage = true, reader_roles = ["arn:aws:iam::123456789012:role/people-who-have-signed-in"] }
  }

  override_resource {
    target          = aws_iam_role.cognito
    override_during = plan
    values          = { arn = "arn:aws:iam::123456789012:role/kube-events-opensearch-cognito" }
  }

  assert {
    condition = alltrue([
      aws_opensearch_domain.this[0].cognito_options[0].enabled,
      aws_opensearch_domain.this[0].cognito_options[0].user_pool_id == "eu-central-1_AbCdEfGhI",
      aws_opensearch_domain.this[0].cognito_options[0].role_arn == "arn:aws:iam::123456789012:role/kube-events-opensearch-cognito",
    ])
    error_message = "The domain knows the pools, and has a role that may use them."
  }

  assert {
    condition = { for statement in jsondecode(data.aws_iam_policy_document.cognito[0].json).Statement : statement.Sid => statement.Resource } == {
      BeAClientOfTheUserPool       = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEfGhI"
      BeAProviderOfTheIdentityPool = "arn:aws:cognito-identity:eu-central-1:123456789012:identitypool/eu-central-1:11111111-2222-3333-4444-555555555555"
      LeaveTheIdentityPoolItsRoles = "*"
      GiveTheIdentityPoolItsRoles  = "arn:aws:iam::123456789012:role/*"
    }
    error_message = "These two pools, where Cognito takes an ARN."
  }

  assert {
    condition     = contains([for statement in jsondecode(aws_opensearch_domain.this[0].access_policies).Statement : statement.Principal.AWS], "arn:aws:iam::123456789012:role/people-who-have-signed-in")
    error_message = "The role that the identity pool gives to people comes in."
  }
}

run "people_sign_in_by_saml" {
  command = plan

  module {
    source = "./modules/search"
  }

  variables {
    dashboards_login = "saml"
    saml             = { entity_id = "https://idp.example.com", metadata = "<EntityDescriptor/>", roles_key = "groups", admin_role = "platform", session_minutes = 480 }
    access           = { manage = true, reader_roles = ["developers", "arn:aws:iam::123456789012:role/sre"] }
  }

  assert {
    condition = alltrue([
      aws_opensearch_domain_saml_options.this[0].saml_options[0].enabled,
      aws_opensearch_domain_saml_options.this[0].saml_options[0].master_backend_role == "platform",
      aws_opensearch_domain_saml_options.this[0].saml_options[0].roles_key == "groups",
      aws_opensearch_domain_saml_options.this[0].saml_options[0].session_timeout_minutes == 480,
      aws_opensearch_domain_saml_options.this[0].saml_options[0].idp[0].entity_id == "https://idp.example.com",
    ])
    error_message = "The domain knows the identity provider."
  }

  assert {
    condition = jsondecode(aws_opensearch_domain.this[0].access_policies).Statement == [{
      Sid       = "FineGrainedAccessControlDecides"
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "es:ESHttp*"
      Resource  = "arn:aws:es:eu-central-1:123456789012:domain/kube-events/*"
    }]
    error_message = "A policy that named a role would ask everybody for a signature, which a browser has not."
  }

  assert {
    condition     = output.setup_environment["READER_BACKEND_ROLES"] == jsonencode(["developers", "arn:aws:iam::123456789012:role/sre"])
    error_message = "Groups and roles are both mapped."
  }
}

run "people_sign_in_with_a_password_that_terraform_never_sees" {
  command = plan

  module {
    source = "./modules/search"
  }

  variables {
    dashboards_login = "internal"
  }

  override_resource {
    target          = aws_secretsmanager_secret.master
    override_during = plan
    values          = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:kube-events/opensearch-master-AbCdEf" }
  }

  assert {
    condition     = aws_opensearch_domain.this[0].advanced_security_options[0].internal_user_database_enabled == false && aws_secretsmanager_secret.master[0].recovery_window_in_days == 30
    error_message = "The domain begins with the setup as its master, and the secret empty."
  }

  assert {
    condition     = output.setup_environment["DOMAIN_NAME"] == "kube-events" && output.setup_environment["INTERNAL_MASTER_SECRET_ARN"] == output.master_secret_arn
    error_message = "The setup is told where the password is, not what it is."
  }

  assert {
    condition = { for statement in jsondecode(data.aws_iam_policy_document.setup.json).Statement : statement.Sid => { actions = toset(flatten([statement.Action])), resource = statement.Resource } if statement.Sid != "SetUpTemplatesAndRoles" } == {
      ReadThePassword = {
        actions  = toset(["secretsmanager:GetSecretValue"])
        resource = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:kube-events/opensearch-master-AbCdEf"
      }
      PutThePasswordsUserInItsPlace = {
        actions  = toset(["es:DescribeDomainConfig", "es:UpdateDomainConfig"])
        resource = "arn:aws:es:eu-central-1:123456789012:domain/kube-events"
      }
    }
    error_message = "It may read that secret, and change the configuration of this domain."
  }

  assert {
    condition     = [for statement in jsondecode(data.aws_iam_policy_document.write.json).Statement : statement.Sid] == ["WriteInBulk"]
    error_message = "Who writes may neither."
  }
}

run "a_password_that_is_there_already" {
  command = plan

  module {
    source = "./modules/search"
  }

  variables {
    dashboards_login = "internal"
    master_secret = {
      arn         = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ours-AbCdEf"
      kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/99999999-2222-3333-4444-555555555555"
    }
  }

  assert {
    condition     = length(aws_secretsmanager_secret.master) == 0 && output.master_secret_arn == var.master_secret.arn
    error_message = "No secret is made."
  }

  assert {
    condition     = contains([for statement in jsondecode(data.aws_iam_policy_document.setup.json).Statement : statement.Resource], var.master_secret.kms_key_arn)
    error_message = "The setup may open it."
  }
}

run "an_existing_domain_is_used_as_it_is" {
  command = plan

  module {
    source = "./modules/search"
  }

  variables {
    mode       = "existing"
    endpoint   = "https://search.example.com/"
    domain_arn = "arn:aws:es:eu-central-1:123456789012:domain/ops"
    access     = { manage = false }
  }

  assert {
    condition     = length(aws_opensearch_domain.this) == 0 && output.endpoint == "https://search.example.com"
    error_message = "No domain is made."
  }

  assert {
    condition     = jsondecode(data.aws_iam_policy_document.setup.json).Statement[0].Resource == "arn:aws:es:eu-central-1:123456789012:domain/ops/*"
    error_message = "The functions' policies name the domain."
  }

  assert {
    condition     = output.setup_environment == { OPENSEARCH_ENDPOINT = "https://search.example.com", OPENSEARCH_AUTH = "sigv4", ACCESS = "none" }
    error_message = "Nobody's roles are touched, and nothing is imported."
  }
}

run "with_a_password_iam_only_opens_the_secret" {
  command = plan

  module {
    source = "./modules/search"
  }

  variables {
    mode     = "existing"
    endpoint = "https://search.example.com"
    auth     = "basic"
    access   = { manage = false }
    secret = {
      arn         = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:search-AbCdEf"
      kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/99999999-2222-3333-4444-555555555555"
    }
  }

  assert {
    condition     = alltrue([for policy in [data.aws_iam_policy_document.setup, data.aws_iam_policy_document.write] : [for statement in jsondecode(policy.json).Statement : statement.Sid] == ["ReadThePassword", "DecryptThePassword"]])
    error_message = "Secret and key, nothing of OpenSearch."
  }

  assert {
    condition     = output.environment["OPENSEARCH_SECRET_ARN"] == var.secret.arn && output.setup_environment["OPENSEARCH_SECRET_ARN"] == var.secret.arn
    error_message = "The functions are told where the password is, not what it is."
  }
}

run "who_sets_up_may_be_another_user_than_who_writes" {
  command = plan

  module {
    source = "./modules/search"
  }

  variables {
    mode         = "existing"
    endpoint     = "https://search.example.com"
    auth         = "basic"
    access       = { manage = true, writer_users = ["kube-events"], reader_users = ["night-shift"] }
    secret       = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:writer-AbCdEf" }
    setup_secret = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:admin-AbCdEf" }
    dashboards   = { endpoint = "https://dashboards.example.com", tenant = "kube_events" }
  }

  assert {
    condition = output.setup_environment == {
      OPENSEARCH_ENDPOINT   = "https://search.example.com"
      OPENSEARCH_AUTH       = "basic"
      OPENSEARCH_SECRET_ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:admin-AbCdEf"
      ACCESS                = "manage"
      WRITER_USERS          = jsonencode(["kube-events"])
      READER_USERS          = jsonencode(["night-shift"])
      DASHBOARDS_ENDPOINT   = "https://dashboards.example.com"
      DASHBOARDS_TENANT     = "kube_events"
    }
    error_message = "The administrator's secret, users instead of roles, and no administrators of an existing domain."
  }

  assert {
    condition     = output.environment["OPENSEARCH_SECRET_ARN"] == var.secret.arn && jsondecode(data.aws_iam_policy_document.write.json).Statement[0].Resource == var.secret.arn
    error_message = "Who writes never sees the administrator's password."
  }

  assert {
    condition     = jsondecode(data.aws_iam_policy_document.setup.json).Statement[0].Resource == var.setup_secret.arn
    error_message = "And the other way round."
  }
}
