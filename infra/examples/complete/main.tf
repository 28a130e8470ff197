# Everything that can be chosen, for a large company: an on-demand stream, a domain in a VPC with a sign-on, a release's
# zips, chats beside mail, and two clusters, of which one is here.

provider "aws" {
  region = "eu-central-1"

  default_tags {
    tags = { team = "platform" }
  }
}

module "kube_events" {
  source = "../.."

  name      = "kube-events-prod"
  transport = "kinesis"
  stream    = { mode = "on-demand", retention_hours = 168 }

  artifacts    = { bucket = "example-releases", prefix = "kube-events/0.1.0/" }
  runtime      = "python3.13"
  architecture = "arm64"

  rules_file = "${path.module}/rules.yaml"
  receivers = {
    ops-mail = { type = "sns", mail = ["ops@example.com", "night@example.com"] }
    audit    = { type = "sns", topic_arn = "arn:aws:sns:eu-central-1:123456789012:audit" }
    # A room in which others write as well, and where nobody needs to hear that something is over.
    sre-dingtalk = { type = "dingtalk", at_mobiles = ["13800000000"], at_user_ids = ["lead-of-sre"], messages_per_minute = 10, send_resolved = false }
  }

  # A domain of three nodes in a network, which people enter by the company's sign-on. Its groups say who may do what.
  search = {
    dashboards_login = "saml"
    saml = {
      entity_id       = "https://idp.example.com/metadata"
      metadata        = file(var.idp_metadata)
      roles_key       = "groups"
      admin_role      = "platform"
      session_minutes = 480
    }
    access = { reader_roles = ["developers", "arn:aws:iam::123456789012:role/sre"] }
    # Written and searched often for a fortnight, and now and then for the rest of the quarter.
    warm_after_days = 14
    domain = {
      engine_version    = "OpenSearch_2.19"
      instance_type     = "r7g.large.search"
      instance_count    = 3
      volume_gib        = 200
      dedicated_masters = { instance_type = "m7g.large.search" }
      warm              = { instance_type = "ultrawarm1.medium.search" }
      logs              = ["ES_APPLICATION_LOGS"]
    }
  }
  vpc = {
    subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1", "subnet-0123456789abcdef2"]
    security_group_ids = ["sg-0123456789abcdef0"]
  }
  index_name     = "kube-events-{cluster}"
  index_period   = "day"
  retention_days = 90

  # More events per batch for a busy cluster, and room that nobody else can take.
  batching = { index_events = { size = 1000, parallelization = 4 } }
  function_options = {
    index_events  = { memory_size = 1024 }
    filter_events = { reserved_concurrency = 20 }
  }

  # The image is pulled by the clusters of another account too.
  clusters          = ["prod-eu", "prod-us"]
  cluster_locations = { prod-us = { region = "us-east-1", account = "210987654321" } }
  exporter          = { identity = "pod-identity", associate_with = ["prod-eu"] }
  image_repository  = { keep = 50, reader_account_ids = ["210987654321"] }

  alarm_mail                 = ["platform@example.com"]
  log_retention_days         = 90
  dead_letter_retention_days = 180
  tags                       = { service = "kube-events" }
}
