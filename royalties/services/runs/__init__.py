"""A period's calculation: its draft, what stands out in it, the checklist and the close."""
