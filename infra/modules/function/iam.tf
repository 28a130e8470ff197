# The function's role. What it may do comes from the modules that own the things; only what every function needs is here.

# Through a local: a document that refers to a resource itself is read after the resource has changed, so that a new tag
# would show every policy as unknown in the plan.
locals {
  log_group_arn = aws_cloudwatch_log_group.this.arn
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "LambdaRunsTheFunction"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "log" {
  statement {
    sid       = "WriteToItsLogGroup"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arn}:*"]
  }

  statement {
    sid       = "DecryptItsEnvironment"
    actions   = ["kms:Decrypt"]
    resources = [var.runtime.kms_key_arn]
  }
}

data "aws_iam_policy_document" "trace" {
  statement {
    sid = "SendTraces"
    # X-Ray knows no resources for these two.
    actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "network" {
  count = var.vpc == null ? 0 : 1

  statement {
    sid     = "HaveANetworkInterface"
    actions = ["ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses"]
    resources = concat(
      ["arn:${var.location.partition}:ec2:${var.location.region}:${var.location.account_id}:network-interface/*"],
      [for id in var.vpc.subnet_ids : "arn:${var.location.partition}:ec2:${var.location.region}:${var.location.account_id}:subnet/${id}"],
      [for id in var.vpc.security_group_ids : "arn:${var.location.partition}:ec2:${var.location.region}:${var.location.account_id}:security-group/${id}"],
    )
  }

  statement {
    sid = "LookAtTheNetwork"
    # EC2 knows no resources for descriptions.
    actions   = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "this" {
  name               = var.name
  description        = "Role of the function ${var.name}."
  assume_role_policy = data.aws_iam_policy_document.trust.json
  tags               = var.tags
}

locals {
  own_policies = merge(
    { log = data.aws_iam_policy_document.log.json },
    var.runtime.tracing == "Active" ? { trace = data.aws_iam_policy_document.trace.json } : {},
  )
}

resource "aws_iam_role_policy" "this" {
  for_each = merge(var.policies, local.own_policies)

  name   = each.key
  role   = aws_iam_role.this.name
  policy = each.value
}

resource "aws_iam_role_policy" "network" {
  count = var.vpc == null ? 0 : 1

  name   = "network"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.network[0].json
}
