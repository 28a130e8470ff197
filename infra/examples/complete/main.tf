# Everything that can be chosen, for a large company: an on-demand stream, a domain that exists in a VPC, a release's zips,
# chats beside mail, and a cluster whose exporter is associated with its role.

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
    ops-mail     = { type = "sns", mail = ["ops@example.com", "night@example.com"] }
    audit        = { type = "sns", topic_arn = "arn:aws:sns:eu-central-1:123456789012:audit" }
    sre-dingtalk = { type = "dingtalk", at_mobiles = ["13800000000"], at_user_ids = ["lead-of-sre"] }
  }

  search = {
    mode       = "existing"
    endpoint   = "https://vpc-ops-abcdefghijklmnopqrstuvwxyz.eu-central-1.es.amazonaws.com"
    domain_arn = "arn:aws:es:eu-central-1:123456789012:domain/ops"
    auth       = "sigv4"
  }
  vpc = {
    subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    security_group_ids = ["sg-0123456789abcdef0"]
  }
  index_period   = "day"
  retention_days = 90

  # More events per batch for a busy cluster, and room that nobody else can take.
  batching = { index_events = { size = 1000, parallelization = 4 } }
  function_options = {
    index_events  = { memory_size = 1024 }
    filter_events = { reserved_concurrency = 20 }
  }

  # The image is pulled by the clusters of another account too.
  clusters         = ["prod-eu"]
  exporter         = { identity = "pod-identity", associate_with = ["prod-eu"] }
  image_repository = { keep = 50, reader_account_ids = ["210987654321"] }

  alarm_mail                 = ["platform@example.com"]
  log_retention_days         = 90
  dead_letter_retention_days = 180
  tags                       = { service = "kube-events" }
}
