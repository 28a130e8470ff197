# What people need who run `kube-events silence`, `dead-letters` and `send`. One statement per thing that they do, so that a
# team can leave out what is not its own.

locals {
  sqs_arn = "arn:${local.location.partition}:sqs:${local.location.region}:${local.location.account_id}:"

  consumer_queues = local.kinesis ? {} : module.event_bus[0].queue_names
  archive_dead    = one(module.archive[*].dead_letter_queue)

  operated = {
    queues       = sort(concat(values(module.notifications.queue_names), values(local.consumer_queues)))
    dead_letters = sort(concat(values(local.dead_letter_queues), compact([local.archive_dead])))
    functions    = [for consumer in local.consumers : local.names[consumer]]
  }
}

data "aws_iam_policy_document" "operate" {
  statement {
    sid       = "SetSilences"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [module.state.table_arn]

    # Nothing else of the table: a group that somebody deletes is told anew.
    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["silence#*"]
    }
  }

  statement {
    sid       = "ListSilences"
    actions   = ["dynamodb:Query"]
    resources = ["${module.state.table_arn}/index/by_kind"]
  }

  statement {
    sid       = "FindQueues"
    actions   = ["sqs:ListQueues"]
    resources = ["${local.sqs_arn}*"]
  }

  statement {
    sid = "TakeDeadLetters"
    actions = [
      "sqs:CancelMessageMoveTask",
      "sqs:ChangeMessageVisibility",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:GetQueueUrl",
      "sqs:ListMessageMoveTasks",
      "sqs:ReceiveMessage",
      "sqs:StartMessageMoveTask",
    ]
    resources = [for queue in local.operated.dead_letters : "${local.sqs_arn}${queue}"]
  }

  statement {
    sid       = "PutMessagesIntoQueues"
    actions   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
    resources = [for queue in local.operated.queues : "${local.sqs_arn}${queue}"]
  }

  statement {
    sid       = "FindDeadLettersInTheBucket"
    actions   = ["s3:ListBucket"]
    resources = [module.state.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["dead-letters/*", "aws/lambda/*"]
    }
  }

  statement {
    sid       = "TakeDeadLettersOfTheBucket"
    actions   = ["s3:DeleteObject", "s3:GetObject"]
    resources = [for prefix in ["dead-letters", "aws/lambda"] : "${module.state.bucket_arn}/${prefix}/*"]
  }

  statement {
    sid       = "HandEventsToFunctions"
    actions   = ["lambda:InvokeFunction"]
    resources = [for function in local.operated.functions : "arn:${local.location.partition}:lambda:${local.location.region}:${local.location.account_id}:function:${function}"]
  }

  dynamic "statement" {
    for_each = local.archive_dead[*]

    content {
      sid       = "HandEventsToTheArchive"
      actions   = ["firehose:PutRecord"]
      resources = ["arn:${local.location.partition}:firehose:${local.location.region}:${local.location.account_id}:deliverystream/${module.archive[0].delivery_stream}"]
    }
  }

  statement {
    sid       = "UseTheKey"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
    resources = [local.kms_key_arn]
  }
}

output "operator_policy" {
  description = "Policy document (JSON) for people who run `kube-events silence`, `kube-events dead-letters` and `kube-events send`."
  value       = data.aws_iam_policy_document.operate.json
}
