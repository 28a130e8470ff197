"""Three small workloads that go wrong on purpose, so that a new user sees messages arrive."""
