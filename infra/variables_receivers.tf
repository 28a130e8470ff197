# Who is told. What belongs to which type is checked here, so that a wrong receiver fails the plan and no delivery.

variable "receivers" {
  description = <<-EOT
    Who is told, by the name that the rules use.
    `sns`: `mail` (addresses, for a topic made here) or `topic_arn`.
    `dingtalk`, `chime`: `secret_arn` of a secret with the webhook; without it an empty one is made. `dingtalk` also takes
    `at_mobiles`, `at_user_ids` and `at_all`, whom to mention.
    `kms_key_arn`: the customer-managed key of a topic or secret that is not made here.
    `send_resolved` (`true`): whether a second message says that a problem is over.
    `messages_per_minute`: what the address takes, if it is not what the channel is known for: dingtalk 20, chime 60, sns
    any number. Two of them are kept in reserve.
  EOT
  type = map(object({
    type        = string
    mail        = optional(list(string), [])
    topic_arn   = optional(string)
    secret_arn  = optional(string)
    kms_key_arn = optional(string)
    at_mobiles  = optional(list(string), [])
    at_user_ids = optional(list(string), [])
    at_all      = optional(bool, false)

    send_resolved       = optional(bool, true)
    messages_per_minute = optional(number)
  }))
  nullable = false

  validation {
    condition     = length(setsubtract(try(local.compiled.receivers, []), keys(var.receivers))) == 0
    error_message = "The rules in ${var.rules_file} name receivers that are not declared: ${join(", ", setsubtract(try(local.compiled.receivers, []), keys(var.receivers)))}. Declared are: ${join(", ", keys(var.receivers))}. Add them to `receivers`, or change the rules."
  }

  validation {
    condition     = length(var.receivers) > 0
    error_message = "receivers needs at least one, even if no rule names it yet."
  }

  validation {
    condition     = alltrue([for name, _ in var.receivers : can(regex("^[a-z0-9][a-z0-9-]{0,39}$", name))])
    error_message = "A receiver's name has up to 40 small letters, digits and hyphens, and begins with none of the hyphens."
  }

  validation {
    condition     = alltrue([for name, _ in var.receivers : !endswith(name, "-dead")])
    error_message = "A receiver's name does not end in -dead: that is the name of the dead-letter queue of the receiver without it."
  }

  validation {
    condition     = alltrue([for receiver in var.receivers : contains(["sns", "dingtalk", "chime"], receiver.type)])
    error_message = "A receiver's type is `sns`, `dingtalk` or `chime`."
  }

  validation {
    condition     = alltrue([for receiver in var.receivers : (receiver.topic_arn == null) != (length(receiver.mail) == 0) if receiver.type == "sns"])
    error_message = "A receiver of type sns has either `mail`, with at least one address, or `topic_arn`."
  }

  validation {
    condition     = alltrue([for receiver in var.receivers : receiver.secret_arn == null if receiver.type == "sns"])
    error_message = "A receiver of type sns has no `secret_arn`: that is for dingtalk and chime."
  }

  validation {
    condition     = alltrue([for receiver in var.receivers : receiver.topic_arn == null && length(receiver.mail) == 0 if receiver.type != "sns"])
    error_message = "`mail` and `topic_arn` are for receivers of type sns."
  }

  validation {
    condition     = alltrue([for receiver in var.receivers : length(receiver.at_mobiles) + length(receiver.at_user_ids) == 0 && !receiver.at_all if receiver.type != "dingtalk"])
    error_message = "`at_mobiles`, `at_user_ids` and `at_all` are for receivers of type dingtalk."
  }

  validation {
    condition     = alltrue([for receiver in var.receivers : receiver.messages_per_minute >= 3 && receiver.messages_per_minute == floor(receiver.messages_per_minute) if receiver.messages_per_minute != null])
    error_message = "`messages_per_minute` is a whole number from 3 on: two messages a minute are kept in reserve."
  }

  validation {
    condition     = alltrue(flatten([for receiver in var.receivers : [for address in receiver.mail : can(regex("^[^@\\s]+@[^@\\s]+$", address))]]))
    error_message = "`mail` holds addresses such as ops@example.com."
  }
}
