"""A period: its draft, the checklist before its close, the close itself, and what explains it."""
