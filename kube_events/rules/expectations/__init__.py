"""Tests of rule files, as `rules test` reads and runs them. docs/rules-command.md has their form."""
