"""The event, the rules and the grouping: pure values and functions, without I/O, imported by all else."""
