variable "name" {
  description = "Name of the domain."
  type        = string
  nullable    = false
}

variable "location" {
  description = "Where this is: partition (`aws`, `aws-cn`, …), region and account."
  type        = object({ partition = string, region = string, account_id = string })
  nullable    = false
}

variable "mode" {
  description = "`create` makes a domain, `existing` uses the one at `endpoint`."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["create", "existing"], var.mode)
    error_message = "mode is `create` or `existing`."
  }
}

variable "endpoint" {
  description = "URL of the existing domain."
  type        = string
  default     = null
}

variable "domain_arn" {
  description = "ARN of the existing domain, for the policies of the functions' roles."
  type        = string
  default     = null
}

variable "auth" {
  description = "`sigv4` signs requests with the function's role, `basic` sends user name and password."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["sigv4", "basic"], var.auth)
    error_message = "auth is `sigv4` or `basic`."
  }
}

variable "secret" {
  description = "For `basic`: the secret with name and password of the user who writes, and the customer-managed key that encrypts it, if one does."
  type        = object({ arn = string, kms_key_arn = optional(string) })
  default     = null
}

variable "setup_secret" {
  description = "The same of the user who sets up, if it is another."
  type        = object({ arn = string, kms_key_arn = optional(string) })
  default     = null
}

variable "domain" {
  description = "The domain to make. A part that is null is not made."
  type = object({
    engine_version    = string
    instance_type     = string
    instance_count    = number
    volume_gib        = number
    dedicated_masters = optional(object({ instance_type = string, instance_count = number }))
    warm              = optional(object({ instance_type = string, instance_count = number }))
    cold              = optional(bool, false)
    logs              = optional(set(string), [])
  })
  nullable = false
}

variable "access" {
  description = "Who has which role: whether setup_index sees to it (`manage`), and ARNs of IAM roles, groups of SAML, and users of the internal database."
  type = object({
    manage       = bool
    reader_roles = optional(list(string), [])
    admin_roles  = optional(list(string), [])
    reader_users = optional(list(string), [])
    writer_users = optional(list(string), [])
  })
  nullable = false
}

variable "dashboards_login" {
  description = "How people sign in to the Dashboards of a domain made here: `none`, `cognito`, `saml` or `internal`."
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = contains(["none", "cognito", "saml", "internal"], var.dashboards_login)
    error_message = "dashboards_login is `none`, `cognito`, `saml` or `internal`."
  }
}

variable "cognito" {
  description = "Pools for the login `cognito`. The user pool has a domain name."
  type        = object({ user_pool_id = string, identity_pool_id = string })
  default     = null
}

variable "saml" {
  description = "The identity provider for the login `saml`: its entity id and metadata (XML), the attribute with a person's groups, and the group that may do everything."
  type = object({
    entity_id       = string
    metadata        = string
    roles_key       = string
    admin_role      = optional(string)
    subject_key     = optional(string)
    session_minutes = number
  })
  default = null
}

variable "master_secret" {
  description = "The secret with name and password of the master user, for the login `internal`. Without it an empty one is made."
  type        = object({ arn = string, kms_key_arn = optional(string) })
  default     = null
}

variable "dashboards" {
  description = "Where setup_index imports the saved objects; null where it does not. `endpoint` is null for the Dashboards of the domain made here."
  type        = object({ endpoint = optional(string), tenant = string })
  default     = null
}

variable "kms_key_arn" {
  description = "ARN of the customer-managed key that encrypts the domain, its logs and the secret."
  type        = string
  nullable    = false
}

variable "log_retention_days" {
  description = "Days after which the domain's logs are deleted."
  type        = number
  default     = 30
  nullable    = false
}

variable "vpc" {
  description = "Subnets and security groups of a domain without a public address; null for none."
  type        = object({ subnet_ids = list(string), security_group_ids = list(string) })
  default     = null
}

variable "writer_role_arn" {
  description = "Role of the function that writes documents."
  type        = string
  nullable    = false
}

variable "setup_role_arn" {
  description = "Role of the function that sets up. In a domain made here it is the master user."
  type        = string
  nullable    = false
}

variable "force_destroy" {
  description = "Whether a secret made here is deleted at once, and not after 30 days."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}
