"""One file per noun of the command line; each is found by its name."""
