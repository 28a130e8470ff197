variable "name" {
  description = "First part of the role's name."
  type        = string
  nullable    = false
}

variable "location" {
  description = "Where this is: partition (`aws`, `aws-cn`, …), region and account."
  type        = object({ partition = string, region = string, account_id = string })
  nullable    = false
}

variable "identity" {
  description = "`pod-identity` (needs the EKS Pod Identity agent in the cluster) or `irsa` (needs the cluster's OIDC provider in IAM)."
  type        = string
  default     = "pod-identity"
  nullable    = false

  validation {
    condition     = contains(["pod-identity", "irsa"], var.identity)
    error_message = "identity is `pod-identity` or `irsa`."
  }
}

variable "namespace" {
  description = "Namespace of the exporter."
  type        = string
  nullable    = false
}

variable "service_account" {
  description = "Service account of the exporter."
  type        = string
  nullable    = false
}

variable "oidc_provider_arn" {
  description = "The cluster's OIDC provider, for `irsa`."
  type        = string
  default     = null

  validation {
    condition     = var.identity == "pod-identity" || can(regex(":oidc-provider/.+", var.oidc_provider_arn))
    error_message = "With `irsa`, oidc_provider_arn is an ARN such as arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC."
  }
}

variable "associate_with" {
  description = "EKS clusters whose exporter gets the role by a Pod Identity association."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = var.identity == "pod-identity" || length(var.associate_with) == 0
    error_message = "associate_with is for `pod-identity`; with `irsa` the service account is annotated with the role's ARN."
  }
}

variable "policy" {
  description = "Policy document (JSON) that lets the role put events on the stream or the bus."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
