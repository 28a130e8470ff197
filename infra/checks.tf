# Said in the plan, without stopping it.

check "chime_has_ended" {
  assert {
    condition     = length([for receiver in var.receivers : receiver if receiver.type == "chime"]) == 0
    error_message = "Amazon Chime ended on 2026-02-20: nobody reads what is sent to a receiver of type chime, unless its URL belongs to something that still answers as Chime did."
  }
}

check "search_is_encrypted" {
  assert {
    condition     = !can(regex("^http://", var.search.endpoint)) || can(regex("^http://(127\\.0\\.0\\.1|localhost)[:/]", "${var.search.endpoint}/"))
    error_message = "search.endpoint begins with http://: events and passwords travel unencrypted to another machine."
  }
}
