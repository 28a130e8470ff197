# Who may send to the queues, and what a role needs in order to use them and the bus.

# Through a local: a document that refers to a resource itself is read after the resource has changed, so that a new tag
# would show every policy as unknown in the plan.
locals {
  bus_arn            = aws_cloudwatch_event_bus.this.arn
  consumer_queue_arn = { for consumer, queue in aws_sqs_queue.this : consumer => queue.arn }
}

data "aws_iam_policy_document" "queue" {
  for_each = var.consumers

  statement {
    sid       = "TheRuleMaySend"
    actions   = ["sqs:SendMessage"]
    resources = ["${local.queue_arns}${local.queues[each.key]}"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = each.value.heartbeats ? [local.rule_arn, local.heartbeat_rule_arn] : [local.rule_arn]
    }
  }
}

data "aws_iam_policy_document" "dead_letter_queue" {
  for_each = var.consumers

  statement {
    sid       = "TheRuleMaySetAside"
    actions   = ["sqs:SendMessage"]
    resources = ["${local.queue_arns}${local.queues[each.key]}-dead"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.rule_arn]
    }
  }
}

data "aws_iam_policy_document" "read" {
  for_each = var.consumers

  statement {
    sid       = "ReceiveFromTheQueue"
    actions   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    resources = [local.consumer_queue_arn[each.key]]
  }
}

# Nothing about the key: EventBridge encrypts with it itself, and the key's policy lets it (EventBridge User Guide,
# "Authorizing EventBridge to use a customer managed key").
data "aws_iam_policy_document" "write" {
  statement {
    sid = "LookAtTheBus"
    # The description is what `exporter check` asks for.
    actions   = ["events:DescribeEventBus"]
    resources = [local.bus_arn]
  }

  statement {
    sid       = "PutKubernetesEventsOnTheBus"
    actions   = ["events:PutEvents"]
    resources = [local.bus_arn]

    condition {
      test     = "StringEquals"
      variable = "events:source"
      values   = ["kube-events"]
    }
  }
}
