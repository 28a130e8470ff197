output "role_arn" {
  description = "ARN of the role: what an IRSA service account is annotated with."
  value       = aws_iam_role.this.arn
}
