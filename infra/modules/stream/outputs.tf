output "name" {
  description = "Name of the stream."
  value       = aws_kinesis_stream.this.name
}

output "arn" {
  description = "ARN of the stream."
  value       = aws_kinesis_stream.this.arn
}

output "read_policy" {
  description = "Policy document (JSON) for a role that reads the stream."
  value       = data.aws_iam_policy_document.read.json
}

output "write_policy" {
  description = "Policy document (JSON) for a role that puts events on the stream."
  value       = data.aws_iam_policy_document.write.json
}

output "event_sources" {
  description = "The stream as an event source of each consumer, in the shape that the function module takes."
  value = {
    for consumer, reads in var.consumers : consumer => {
      arn             = aws_kinesis_stream.this.arn
      batch_size      = reads.batch_size
      batching_window = reads.batching_window
      queue           = null
      stream = {
        parallelization     = reads.parallelization
        maximum_record_age  = reads.maximum_record_age
        failure_destination = reads.failure_destination
      }
    }
  }
}
