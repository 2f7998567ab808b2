"""The catalogue, and what the terms' pages show."""
