"""What a rule file would have told of past events."""
