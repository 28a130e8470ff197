# Who may send to the queues, and what a role needs in order to use them and the bus.

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
      values   = [local.rule_arn]
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
    resources = [aws_sqs_queue.this[each.key].arn]
  }
}

data "aws_iam_policy_document" "write" {
  statement {
    sid = "LookAtTheBus"
    # The description is what `exporter check` asks for.
    actions   = ["events:DescribeEventBus"]
    resources = [aws_cloudwatch_event_bus.this.arn]
  }

  statement {
    sid       = "PutKubernetesEventsOnTheBus"
    actions   = ["events:PutEvents"]
    resources = [aws_cloudwatch_event_bus.this.arn]

    condition {
      test     = "StringEquals"
      variable = "events:source"
      values   = ["kube-events"]
    }
  }
}
