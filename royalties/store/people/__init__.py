"""People, their sessions, and colleagues who were invited."""
