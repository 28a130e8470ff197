# What a role needs in order to use the stream. Whoever owns a role attaches these.

# Through a local: a document that refers to a resource itself is read after the resource has changed, so that a new tag
# would show every policy as unknown in the plan.
locals {
  arn = aws_kinesis_stream.this.arn
}

data "aws_iam_policy_document" "read" {
  statement {
    sid = "ReadTheStream"
    actions = [
      "kinesis:DescribeStream",
      "kinesis:DescribeStreamSummary",
      "kinesis:GetRecords",
      "kinesis:GetShardIterator",
      "kinesis:ListShards",
    ]
    resources = [local.arn]
  }

  statement {
    sid       = "DecryptTheStream"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]
  }
}

data "aws_iam_policy_document" "write" {
  statement {
    sid = "PutEventsOnTheStream"
    # The summary is what `exporter check` asks for.
    actions   = ["kinesis:DescribeStreamSummary", "kinesis:PutRecords"]
    resources = [local.arn]
  }

  statement {
    sid       = "EncryptForTheStream"
    actions   = ["kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}
