# What the exporter's chart is told, and where its image lies.

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

variables {
  artifacts  = { bucket = "releases", prefix = "kube-events/0.1.0/" }
  rules_file = "tests/fixtures/rules/good.yaml"
  receivers = {
    ops-mail     = { type = "sns", mail = ["ops@example.com"] }
    sre-dingtalk = { type = "dingtalk" }
  }
  search   = { mode = "none" }
  clusters = ["prod-eu", "test-eu"]
}

run "each_cluster_is_told_its_name_and_where_events_go" {
  command = plan

  override_resource {
    target          = module.stream[0].aws_kinesis_stream.this
    override_during = plan
    values          = { arn = "arn:aws:kinesis:eu-central-1:123456789012:stream/kube-events" }
  }

  assert {
    condition = jsonencode(output.exporter_values) == jsonencode({
      for cluster in ["prod-eu", "test-eu"] : cluster => {
        serviceAccount = { name = "kube-events-exporter" }
        settings = {
          cluster = cluster
          region  = "eu-central-1"
          sink    = "kinesis"
          stream  = "arn:aws:kinesis:eu-central-1:123456789012:stream/kube-events"
        }
      }
    })
    error_message = "Cluster, stream, region and service account; no role, which Pod Identity has in its association."
  }

  assert {
    condition     = output.exporter_namespace == "kube-events" && output.exporter_image_repository == null
    error_message = "The namespace of the association, and no repository unasked."
  }

  assert {
    condition     = length(module.image_repository) == 0
    error_message = "No repository unasked."
  }
}

run "a_cluster_is_told_where_it_is_as_far_as_we_know" {
  command = plan

  variables {
    clusters = ["far", "near", "somewhere"]
    exporter = { associate_with = ["near"] }
    cluster_locations = {
      far = { region = "us-east-1", account = "210987654321" }
    }
  }

  override_resource {
    target          = module.stream[0].aws_kinesis_stream.this
    override_during = plan
    values          = { arn = "arn:aws:kinesis:eu-central-1:123456789012:stream/kube-events" }
  }

  assert {
    condition = {
      for cluster, values in output.exporter_values : cluster => [try(values.settings.cluster_region, ""), try(values.settings.cluster_account, "")]
      } == {
      far       = ["us-east-1", "210987654321"]
      near      = ["eu-central-1", "123456789012"]
      somewhere = ["", ""]
    }
    error_message = "What is associated here is here, what was said is there, and of the rest nothing is made up."
  }
}

run "with_a_bus_irsa_and_a_repository_they_are_told_so" {
  command = plan

  variables {
    transport = "eventbridge"
    clusters  = ["prod-eu"]
    exporter = {
      identity          = "irsa"
      namespace         = "monitoring"
      service_account   = "events"
      oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC"
    }
    image_repository = {}
  }

  override_resource {
    target          = module.event_bus[0].aws_cloudwatch_event_bus.this
    override_during = plan
    values          = { arn = "arn:aws:events:eu-central-1:123456789012:event-bus/kube-events" }
  }

  override_resource {
    target          = module.exporter_identity[0].aws_iam_role.this
    override_during = plan
    values          = { arn = "arn:aws:iam::123456789012:role/kube-events-exporter" }
  }

  override_resource {
    target          = module.image_repository[0].aws_ecr_repository.this
    override_during = plan
    values          = { repository_url = "registry.example.com/kube-events-exporter" }
  }

  assert {
    condition = jsonencode(output.exporter_values) == jsonencode({
      prod-eu = {
        image          = { repository = "registry.example.com/kube-events-exporter" }
        serviceAccount = { name = "events", roleArn = "arn:aws:iam::123456789012:role/kube-events-exporter" }
        settings = {
          cluster   = "prod-eu"
          event_bus = "arn:aws:events:eu-central-1:123456789012:event-bus/kube-events"
          region    = "eu-central-1"
          sink      = "eventbridge"
        }
      }
    })
    error_message = "The bus, the role that the service account is annotated with, and the repository."
  }

  assert {
    condition     = output.exporter_namespace == "monitoring"
    error_message = "Where the role's trust policy expects the service account."
  }
}

run "a_clusters_name_is_what_the_exporter_takes" {
  command = plan

  variables {
    clusters = ["prod eu"]
  }

  expect_failures = [var.clusters]
}

run "an_image_never_changes_under_its_tag" {
  command = plan

  module {
    source = "./modules/image_repository"
  }

  variables {
    name               = "kube-events-exporter"
    location           = { partition = "aws", region = "eu-central-1", account_id = "123456789012" }
    kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    keep               = 5
    reader_account_ids = ["210987654321"]
  }

  assert {
    condition = alltrue([
      aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE",
      aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push,
      aws_ecr_repository.this.encryption_configuration[0].kms_key == var.kms_key_arn,
      aws_ecr_repository.this.force_delete == false,
    ])
    error_message = "Immutable, scanned, encrypted with our key, and not deleted with images in it."
  }

  assert {
    condition     = [for rule in jsondecode(aws_ecr_lifecycle_policy.this.policy).rules : rule.selection.countNumber] == [1, 5]
    error_message = "What failed goes after a day, and five versions stay."
  }

  assert {
    condition = jsondecode(aws_ecr_repository_policy.this[0].policy).Statement[0] == {
      Sid       = "ClustersOfOtherAccountsPull"
      Effect    = "Allow"
      Action    = ["ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability"]
      Principal = { AWS = "arn:aws:iam::210987654321:root" }
    }
    error_message = "Other accounts may pull, and nothing else."
  }
}

run "without_other_accounts_no_policy_lets_anybody_in" {
  command = plan

  module {
    source = "./modules/image_repository"
  }

  variables {
    name        = "kube-events-exporter"
    location    = { partition = "aws", region = "eu-central-1", account_id = "123456789012" }
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }

  assert {
    condition     = length(aws_ecr_repository_policy.this) == 0
    error_message = "The account's own roles need none."
  }
}

run "an_account_is_a_number" {
  command = plan

  module {
    source = "./modules/image_repository"
  }

  variables {
    name               = "kube-events-exporter"
    location           = { partition = "aws", region = "eu-central-1", account_id = "123456789012" }
    kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    reader_account_ids = ["platform"]
  }

  expect_failures = [var.reader_account_ids]
}
