"""Orders: their life as one table, what they cost, what is billed, and what papers say."""
