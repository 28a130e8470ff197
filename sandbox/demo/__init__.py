"""`make demo`: everything started, everything through, everything accounted for."""
