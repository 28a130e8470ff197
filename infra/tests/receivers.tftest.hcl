# Receivers: a queue and a dead-letter queue each, and what their type needs.

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
  target          = aws_sqs_queue.this
  override_during = plan
  values          = { arn = "arn:aws:sqs:eu-central-1:123456789012:queue", url = "https://sqs.eu-central-1.amazonaws.com/123456789012/queue" }
}

override_resource {
  target          = aws_sqs_queue.dead
  override_during = plan
  values          = { arn = "arn:aws:sqs:eu-central-1:123456789012:dead", url = "https://sqs.eu-central-1.amazonaws.com/123456789012/dead" }
}

override_resource {
  target          = aws_sns_topic.this
  override_during = plan
  values          = { arn = "arn:aws:sns:eu-central-1:123456789012:kube-events-receiver-ops-mail" }
}

override_resource {
  target          = aws_secretsmanager_secret.this
  override_during = plan
  values          = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:kube-events/receivers/sre-dingtalk-AbCdEf" }
}

variables {
  name               = "kube-events"
  kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  location           = { partition = "aws", region = "eu-central-1", account_id = "123456789012" }
  visibility_timeout = 360
  receivers = {
    ops-mail     = { type = "sns", mail = ["ops@example.com", "lead@example.com"] }
    audit        = { type = "sns", topic_arn = "arn:aws:sns:eu-central-1:123456789012:audit", kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/99999999-2222-3333-4444-555555555555" }
    sre-dingtalk = { type = "dingtalk", at_mobiles = ["13800000000"], at_user_ids = ["lead-of-sre"] }
    sre-chime    = { type = "chime", secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:chime-AbCdEf", send_resolved = false, messages_per_minute = 10 }
  }
}

run "made_is_only_what_was_not_given" {
  command = plan

  module {
    source = "./modules/notifications"
  }

  assert {
    condition     = keys(aws_sns_topic.this) == ["ops-mail"] && keys(aws_secretsmanager_secret.this) == ["sre-dingtalk"]
    error_message = "A topic for the addresses, an empty secret for the robot; the other two are somebody else's."
  }

  assert {
    condition     = aws_sns_topic.this["ops-mail"].name == "kube-events-receiver-ops-mail"
    error_message = "A receiver called alarms must not get the topic of the alarms."
  }

  assert {
    condition     = keys(aws_sns_topic_subscription.mail) == ["ops-mail lead@example.com", "ops-mail ops@example.com"]
    error_message = "One subscription per address."
  }

  assert {
    condition     = aws_secretsmanager_secret.this["sre-dingtalk"].recovery_window_in_days == 30
    error_message = "A deleted secret can be had back for 30 days."
  }
}

run "each_receiver_has_a_queue_and_a_dead_letter_queue" {
  command = plan

  module {
    source = "./modules/notifications"
  }

  assert {
    condition     = alltrue([for name, queue in aws_sqs_queue.this : queue.name == "kube-events-receiver-${name}" && aws_sqs_queue.dead[name].name == "kube-events-receiver-${name}-dead"])
    error_message = "Queues are named after their receivers."
  }

  assert {
    condition     = alltrue([for queue in aws_sqs_queue.this : jsondecode(queue.redrive_policy).maxReceiveCount == 241 && queue.visibility_timeout_seconds == 360 && queue.sqs_managed_sse_enabled])
    error_message = "An outage of a day is waited for, 360 seconds at a time; what is throttled does not count."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.dead["audit"].redrive_allow_policy).sourceQueueArns == ["arn:aws:sqs:eu-central-1:123456789012:kube-events-receiver-audit"]
    error_message = "A dead-letter queue is for its own queue."
  }

  assert {
    condition     = alltrue([for source in output.event_sources : source.queue.maximum_concurrency == 2 && source.batch_size == 5])
    error_message = "Two at a time, the least there is."
  }
}

run "the_document_says_how_to_reach_everybody_and_holds_no_secret" {
  command = plan

  module {
    source = "./modules/notifications"
  }

  assert {
    condition = jsondecode(output.document).receivers["sre-dingtalk"] == {
      type                  = "dingtalk"
      queue_url             = "https://sqs.eu-central-1.amazonaws.com/123456789012/queue"
      queue_arn             = "arn:aws:sqs:eu-central-1:123456789012:queue"
      dead_letter_queue_url = "https://sqs.eu-central-1.amazonaws.com/123456789012/dead"
      send_resolved         = true
      secret_arn            = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:kube-events/receivers/sre-dingtalk-AbCdEf"
      at_mobiles            = ["13800000000"]
      at_user_ids           = ["lead-of-sre"]
      at_all                = false
    }
    error_message = "A robot: its queues, where its secret is, whom it mentions."
  }

  assert {
    condition     = jsondecode(output.document).version == 1 && jsondecode(output.document).receivers["audit"].topic_arn == "arn:aws:sns:eu-central-1:123456789012:audit"
    error_message = "A topic that was given is used."
  }

  assert {
    condition     = !contains(keys(jsondecode(output.document).receivers["sre-chime"]), "at_all") && jsondecode(output.document).receivers["sre-chime"].secret_arn == "arn:aws:secretsmanager:eu-central-1:123456789012:secret:chime-AbCdEf"
    error_message = "Chime has no options of DingTalk's."
  }

  assert {
    condition     = [for name in ["sre-chime", "ops-mail"] : [jsondecode(output.document).receivers[name].send_resolved, try(jsondecode(output.document).receivers[name].messages_per_minute, "the channel's")]] == [[false, 10], [true, "the channel's"]]
    error_message = "Who wants no second message, or takes fewer than others, gets what he wants."
  }
}

run "who_tells_may_use_these_topics_secrets_and_keys_and_no_others" {
  command = plan

  module {
    source = "./modules/notifications"
  }

  assert {
    condition     = [for statement in jsondecode(data.aws_iam_policy_document.tell.json).Statement : statement.Sid] == ["PublishToTopics", "ReadTheSecretsOfWebhooks", "UseTheKeysOfTopicsAndSecrets"]
    error_message = "One statement per thing."
  }

  assert {
    condition     = toset(jsondecode(data.aws_iam_policy_document.tell.json).Statement[0].Resource) == toset(["arn:aws:sns:eu-central-1:123456789012:kube-events-receiver-ops-mail", "arn:aws:sns:eu-central-1:123456789012:audit"])
    error_message = "Topics by their ARNs."
  }

  assert {
    condition     = length(jsondecode(data.aws_iam_policy_document.tell.json).Statement[2].Resource) == 2
    error_message = "Our key and the one of the topic that is not ours."
  }
}
