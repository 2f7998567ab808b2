"""The catalogue, and what the pages of terms show."""
