# What is remembered, and who the exporter is.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "made-up"
  secret_key                  = "made-up"
  max_retries                 = 1
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  name        = "kube-events"
  location    = { partition = "aws", region = "eu-central-1", account_id = "123456789012" }
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  rules       = "{\"compiledVersion\":2}"
  receivers   = "{\"version\":1}"
  policy      = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
}

run "configuration_lies_under_its_own_hash" {
  command = plan

  module {
    source = "./modules/state"
  }

  assert {
    condition     = output.rules_key == "rules/${sha256("{\"compiledVersion\":2}")}.json" && output.receivers_key == "receivers/${sha256("{\"version\":1}")}.json"
    error_message = "Other content is another key, and functions can be rolled back to the one before."
  }
}

run "the_table_costs_nothing_while_nothing_happens_and_forgets_by_itself" {
  command = plan

  module {
    source = "./modules/state"
  }

  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST" && aws_dynamodb_table.this.hash_key == "pk" && aws_dynamodb_table.this.ttl[0].attribute_name == "expires"
    error_message = "On demand, with a time to live."
  }

  assert {
    condition     = aws_dynamodb_table.this.point_in_time_recovery[0].enabled && aws_dynamodb_table.this.server_side_encryption[0].enabled
    error_message = "It can be restored, and is encrypted."
  }
}

run "silences_are_found_by_their_kind" {
  command = plan

  module {
    source = "./modules/state"
  }

  assert {
    condition = [for index in aws_dynamodb_table.this.global_secondary_index : "${index.name} of ${index.hash_key}, ${index.projection_type}"] == [
      "by_kind of kind, ALL"
    ]
    error_message = "One index, with whole items."
  }
}

run "who_groups_and_who_notifies_uses_the_table_and_nothing_else" {
  command = plan

  module {
    source = "./modules/state"
  }

  override_resource {
    target          = aws_dynamodb_table.this
    override_during = plan
    values          = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/kube-events-state" }
  }

  assert {
    condition = {
      for statement in jsondecode(data.aws_iam_policy_document.group.json).Statement : statement.Sid => {
        may = statement.Action, on = statement.Resource
      }
      } == {
      ReadAndPutGroups    = { may = ["dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:BatchGetItem"], on = "arn:aws:dynamodb:eu-central-1:123456789012:table/kube-events-state" }
      UseTheKeyOfTheTable = { may = ["kms:GenerateDataKey", "kms:Encrypt", "kms:DescribeKey", "kms:Decrypt"], on = var.kms_key_arn }
    }
    error_message = "filter_events reads and puts items."
  }

  assert {
    condition = {
      for statement in jsondecode(data.aws_iam_policy_document.remember.json).Statement : statement.Sid => {
        may = statement.Action, on = statement.Resource
      } if startswith(flatten([statement.Action])[0], "dynamodb:")
      } == {
      KeepGroupsDeliveriesAndLimits = { may = ["dynamodb:UpdateItem", "dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:BatchGetItem"], on = "arn:aws:dynamodb:eu-central-1:123456789012:table/kube-events-state" }
      FindSilences                  = { may = "dynamodb:Query", on = "arn:aws:dynamodb:eu-central-1:123456789012:table/kube-events-state/index/by_kind" }
    }
    error_message = "notify also updates them, and finds silences."
  }

  assert {
    condition     = alltrue([for document in [data.aws_iam_policy_document.group, data.aws_iam_policy_document.remember] : !strcontains(document.json, "*")])
    error_message = "No wildcard anywhere."
  }
}

run "the_bucket_forgets_dead_letters" {
  command = plan

  module {
    source = "./modules/state"
  }

  override_resource {
    target          = module.bucket.aws_s3_bucket.this
    override_during = plan
    values          = { arn = "arn:aws:s3:::kube-events-123456789012-eu-central-1" }
  }

  assert {
    condition     = output.bucket == "kube-events-123456789012-eu-central-1"
    error_message = "Account and region make the name the only one."
  }

  assert {
    condition     = toset([for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.filter[0].prefix if length(rule.expiration) == 1]) == toset(["dead-letters/", "aws/lambda/"])
    error_message = "Ours and those that Lambda itself sets aside."
  }

  assert {
    condition     = jsondecode(data.aws_iam_policy_document.read_configuration["rules"].json).Statement[0].Resource == "arn:aws:s3:::kube-events-123456789012-eu-central-1/rules/*"
    error_message = "Who reads rules reads nothing else."
  }
}

run "only_pods_of_the_exporter_take_its_role" {
  command = plan

  module {
    source = "./modules/exporter_identity"
  }

  variables {
    namespace       = "kube-events"
    service_account = "kube-events-exporter"
    associate_with  = ["prod-eu"]
  }

  assert {
    condition = jsondecode(data.aws_iam_policy_document.pod_identity.json).Statement[0].Condition.StringEquals == {
      "aws:SourceAccount"                         = "123456789012"
      "aws:RequestTag/kubernetes-namespace"       = "kube-events"
      "aws:RequestTag/kubernetes-service-account" = "kube-events-exporter"
    }
    error_message = "This account, this namespace, this service account."
  }

  assert {
    condition     = aws_eks_pod_identity_association.this["prod-eu"].service_account == "kube-events-exporter"
    error_message = "The cluster hands the role to the exporter."
  }
}

run "with_irsa_the_token_says_who_it_is" {
  command = plan

  module {
    source = "./modules/exporter_identity"
  }

  variables {
    identity          = "irsa"
    namespace         = "kube-events"
    service_account   = "kube-events-exporter"
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC"
  }

  assert {
    condition = jsondecode(data.aws_iam_policy_document.irsa[0].json).Statement[0].Condition.StringEquals == {
      "oidc.eks.eu-central-1.amazonaws.com/id/ABC:sub" = "system:serviceaccount:kube-events:kube-events-exporter"
      "oidc.eks.eu-central-1.amazonaws.com/id/ABC:aud" = "sts.amazonaws.com"
    }
    error_message = "Subject and audience are both pinned."
  }

  assert {
    condition     = length(aws_eks_pod_identity_association.this) == 0
    error_message = "No association."
  }
}

run "irsa_without_a_provider" {
  command = plan

  module {
    source = "./modules/exporter_identity"
  }

  variables {
    identity        = "irsa"
    namespace       = "kube-events"
    service_account = "kube-events-exporter"
  }

  expect_failures = [var.oidc_provider_arn]
}
