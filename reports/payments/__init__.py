"""Files that a bank takes, from plain values; the same values give the same bytes."""
