"""What can be proven of rules without an event: warnings of `rules check` say nothing that is not so."""
