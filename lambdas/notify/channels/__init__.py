"""How people are told. One file per channel, one more for how it words things; `registry` finds the
channel."""
