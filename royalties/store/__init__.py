"""The only place that speaks SQL: tables, and per subject reads and writes."""
