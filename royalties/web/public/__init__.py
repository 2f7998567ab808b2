"""Pages for everybody: a title and what it gave."""
