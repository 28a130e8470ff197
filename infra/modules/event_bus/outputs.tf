output "name" {
  description = "Name of the bus."
  value       = aws_cloudwatch_event_bus.this.name
}

output "arn" {
  description = "ARN of the bus."
  value       = aws_cloudwatch_event_bus.this.arn
}

output "rule_name" {
  description = "Name of the rule that hands every event to the queues."
  value       = aws_cloudwatch_event_rule.this.name
}

output "queue_names" {
  description = "Name of each consumer's queue."
  value       = { for consumer, queue in aws_sqs_queue.this : consumer => queue.name }
}

output "dead_letter_queue_names" {
  description = "Name of each consumer's dead-letter queue."
  value       = { for consumer, queue in aws_sqs_queue.dead : consumer => queue.name }
}

output "read_policies" {
  description = "Policy document (JSON) for each consumer's role."
  value       = { for consumer, document in data.aws_iam_policy_document.read : consumer => document.json }
}

output "write_policy" {
  description = "Policy document (JSON) for a role that puts events on the bus."
  value       = data.aws_iam_policy_document.write.json
}

output "event_sources" {
  description = "Each consumer's queue as an event source, in the shape that the function module takes."
  value = {
    for consumer, reads in var.consumers : consumer => {
      arn             = aws_sqs_queue.this[consumer].arn
      batch_size      = reads.batch_size
      batching_window = reads.batching_window
      stream          = null
      queue           = { maximum_concurrency = reads.maximum_concurrency }
    }
  }
}
