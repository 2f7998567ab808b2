"""Pages of periods: draft, variances, checklist and close."""
