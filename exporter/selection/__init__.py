"""Which events are shipped: namespaces, and drop rules in the language of the rules."""
