"""The ledger's entries, and the queries of ``verify``."""
