# Who the exporter is: a role for its service account, by EKS Pod Identity or by the cluster's OIDC provider (IRSA).

locals {
  pod_identity = var.identity == "pod-identity"
  oidc_issuer  = local.pod_identity ? null : element(split("oidc-provider/", var.oidc_provider_arn), 1)
}

resource "aws_iam_role" "this" {
  name               = "${var.name}-exporter"
  description        = "Role of the exporter's service account ${var.namespace}/${var.service_account}."
  assume_role_policy = local.pod_identity ? data.aws_iam_policy_document.pod_identity.json : data.aws_iam_policy_document.irsa[0].json
  tags               = var.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "put-events"
  role   = aws_iam_role.this.name
  policy = var.policy
}

resource "aws_eks_pod_identity_association" "this" {
  for_each = var.associate_with

  cluster_name    = each.value
  namespace       = var.namespace
  service_account = var.service_account
  role_arn        = aws_iam_role.this.arn
  tags            = var.tags
}
