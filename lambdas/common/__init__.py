"""What the functions share, and only that."""
