"""Events from the stream become messages for receivers."""
