"""Letters: what is to be said, the box in which it waits, and what was sent."""
