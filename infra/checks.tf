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

check "shards_are_few_enough" {
  assert {
    # Where Amazon's number is not known it is null, which compares with nothing.
    condition     = !local.searchable || try(local.shards.wanted <= local.shards.recommended, true)
    error_message = "The index will have ${local.shards.wanted} shards (${local.shards_reckoned}); for the data nodes' memory Amazon recommends ${coalesce(local.shards.recommended, 0)} at most. A longer index_period, fewer retention_days, or larger instances would do."
  }
}

check "warm_waits_for_the_stream" {
  assert {
    condition     = var.search.warm_after_days == 0 || !local.kinesis || var.search.warm_after_days * 24 >= var.stream.retention_hours
    error_message = "An index goes to UltraWarm after ${var.search.warm_after_days} days and is read-only there, and the stream keeps events for ${var.stream.retention_hours} hours: what comes late after an outage may be refused and become a dead letter."
  }
}
