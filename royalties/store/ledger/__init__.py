"""The ledger's entries, and what verify reads."""
