"""Accounts and entries, the journal for others, and the proof that all of it holds."""
