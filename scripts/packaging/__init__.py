"""How the functions' zips are made: what goes in, for which machine, and the same bytes every time."""
