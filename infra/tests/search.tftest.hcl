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
  domain = {
    engine_version   = "OpenSearch_2.19"
    instance_type    = "t3.small.search"
    instance_count   = 1
    volume_gib       = 20
    reader_role_arns = []
  }
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
        Sid       = "TheSetupPutsTemplatesAndPolicies"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::123456789012:role/kube-events-setup-index" }
        Action    = ["es:ESHttpPut", "es:ESHttpPost", "es:ESHttpHead", "es:ESHttpGet"]
        Resource  = "arn:aws:es:eu-central-1:123456789012:domain/kube-events/*"
      },
    ]
    error_message = "Only the functions are let in, each for what it does."
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

run "three_nodes_stand_in_three_zones" {
  command = plan

  module {
    source = "./modules/search"
  }

  variables {
    domain = {
      engine_version   = "OpenSearch_2.19"
      instance_type    = "r7g.large.search"
      instance_count   = 3
      volume_gib       = 100
      reader_role_arns = ["arn:aws:iam::123456789012:role/sre"]
    }
    vpc = { subnet_ids = ["subnet-0a", "subnet-0b", "subnet-0c"], security_group_ids = ["sg-0a"] }
  }

  assert {
    condition     = aws_opensearch_domain.this[0].cluster_config[0].zone_awareness_config[0].availability_zone_count == 3
    error_message = "A node per zone."
  }

  assert {
    condition = {
      for statement in jsondecode(aws_opensearch_domain.this[0].access_policies).Statement : statement.Sid => {
        methods = toset(flatten([statement.Action]))
        paths   = toset([for resource in flatten([statement.Resource]) : trimprefix(resource, "arn:aws:es:eu-central-1:123456789012:domain/kube-events/")])
      } if statement.Principal.AWS == "arn:aws:iam::123456789012:role/sre"
      } == {
      ReadersRead = { methods = toset(["es:ESHttpGet", "es:ESHttpHead"]), paths = toset(["*"]) }
      ReadersAskWithABody = {
        methods = toset(["es:ESHttpPost"])
        paths = toset([
          "_count", "_field_caps", "_mget", "_msearch", "_search", "_search/scroll",
          "*/_count", "*/_field_caps", "*/_mget", "*/_msearch", "*/_search", "*/_search/scroll",
        ])
      }
    }
    error_message = "Readers search and change nothing."
  }

  assert {
    condition     = aws_opensearch_domain.this[0].vpc_options[0].subnet_ids == toset(["subnet-0a", "subnet-0b", "subnet-0c"])
    error_message = "A subnet per zone."
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
  }

  assert {
    condition     = length(aws_opensearch_domain.this) == 0 && output.endpoint == "https://search.example.com"
    error_message = "No domain is made."
  }

  assert {
    condition     = jsondecode(data.aws_iam_policy_document.setup.json).Statement[1].Resource == "arn:aws:es:eu-central-1:123456789012:domain/ops/*"
    error_message = "The functions' policies name the domain."
  }
}

run "with_a_password_iam_only_opens_the_secret" {
  command = plan

  module {
    source = "./modules/search"
  }

  variables {
    mode               = "existing"
    endpoint           = "https://search.example.com"
    auth               = "basic"
    secret_arn         = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:search-AbCdEf"
    secret_kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/99999999-2222-3333-4444-555555555555"
  }

  assert {
    condition     = [for statement in jsondecode(data.aws_iam_policy_document.setup.json).Statement : statement.Sid] == ["ReadThePassword", "DecryptThePassword"]
    error_message = "Secret and key, nothing of OpenSearch."
  }

  assert {
    condition     = output.environment["OPENSEARCH_SECRET_ARN"] == "arn:aws:secretsmanager:eu-central-1:123456789012:secret:search-AbCdEf"
    error_message = "The function is told where the password is, not what it is."
  }
}
