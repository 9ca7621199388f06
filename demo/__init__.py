"""A small town of institutions on loopback: what the first command of the README harvests."""
