output "document" {
  description = "The receivers document (JSON) that the functions read. It holds ARNs of secrets, never their values."
  value = jsonencode({
    version = 1
    receivers = {
      for name, receiver in var.receivers : name => merge(
        {
          type                  = receiver.type
          queue_url             = aws_sqs_queue.this[name].url
          queue_arn             = aws_sqs_queue.this[name].arn
          dead_letter_queue_url = aws_sqs_queue.dead[name].url
          send_resolved         = receiver.send_resolved
        },
        {
          for key, value in {
            topic_arn           = lookup(local.topic_arns, name, null)
            secret_arn          = lookup(local.secret_arns, name, null)
            at_mobiles          = receiver.type == "dingtalk" ? receiver.at_mobiles : null
            at_user_ids         = receiver.type == "dingtalk" ? receiver.at_user_ids : null
            at_all              = receiver.type == "dingtalk" ? receiver.at_all : null
            messages_per_minute = receiver.messages_per_minute
          } : key => value if value != null
        },
      )
    }
  })
}

output "queue_names" {
  description = "Name of each receiver's queue."
  value       = { for name, queue in aws_sqs_queue.this : name => queue.name }
}

output "dead_letter_queue_names" {
  description = "Name of each receiver's dead-letter queue."
  value       = { for name, queue in aws_sqs_queue.dead : name => queue.name }
}

output "topic_arns" {
  description = "Topic of each receiver of type sns."
  value       = local.topic_arns
}

output "secret_arns" {
  description = "Secret of each receiver with a webhook: where its URL is to be put."
  value       = local.secret_arns
}

output "enqueue_policy" {
  description = "Policy document (JSON) for a role that puts messages into the queues."
  value       = data.aws_iam_policy_document.enqueue.json
}

output "receive_policy" {
  description = "Policy document (JSON) for a role that works on the queues."
  value       = data.aws_iam_policy_document.receive.json
}

output "tell_policy" {
  description = "Policy document (JSON) for a role that publishes to the topics and reads the secrets."
  value       = data.aws_iam_policy_document.tell.json
}

output "event_sources" {
  description = "Each receiver's queue as an event source of notify, in the shape that the function module takes."
  value = {
    for name, queue in aws_sqs_queue.this : name => {
      arn = queue.arn
      # Five calls of ten seconds each, the longest a channel is waited for, fit into the function's minute.
      batch_size      = 5
      batching_window = 0
      stream          = null
      # The least that SQS can be limited to. Chats take few messages; more at once would only be throttled.
      queue = { maximum_concurrency = 2 }
    }
  }
}
