# What the functions need in order to hand messages on.

# Through a local: a document that refers to a resource itself is read after the resource has changed, so that a new tag
# would show every policy as unknown in the plan.
locals {
  receiver_queue_arns    = [for queue in aws_sqs_queue.this : queue.arn]
  dead_letter_queue_arns = [for queue in aws_sqs_queue.dead : queue.arn]
}

data "aws_iam_policy_document" "enqueue" {
  statement {
    sid       = "PutMessagesIntoTheReceiversQueues"
    actions   = ["sqs:SendMessage"]
    resources = local.receiver_queue_arns
  }
}

data "aws_iam_policy_document" "receive" {
  statement {
    sid = "WorkOnTheReceiversQueues"
    # SendMessage: what is throttled or unreachable goes back into its queue with a delay.
    actions = [
      "sqs:ChangeMessageVisibility",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
      "sqs:SendMessage",
    ]
    resources = local.receiver_queue_arns
  }

  statement {
    sid       = "SetRefusedMessagesAside"
    actions   = ["sqs:SendMessage"]
    resources = local.dead_letter_queue_arns
  }
}

data "aws_iam_policy_document" "tell" {
  dynamic "statement" {
    for_each = length(local.topic_arns) > 0 ? [1] : []

    content {
      sid       = "PublishToTopics"
      actions   = ["sns:Publish"]
      resources = values(local.topic_arns)
    }
  }

  dynamic "statement" {
    for_each = length(local.secret_arns) > 0 ? [1] : []

    content {
      sid       = "ReadTheSecretsOfWebhooks"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = values(local.secret_arns)
    }
  }

  statement {
    sid       = "UseTheKeysOfTopicsAndSecrets"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = distinct(concat([var.kms_key_arn], compact([for receiver in var.receivers : receiver.kms_key_arn])))
  }
}
