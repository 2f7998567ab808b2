"""How long tests wait for what must happen; they go on at once when it has."""

PATIENCE = 300
"""Seconds: at a load of 20 on two cores things took ten times as long as on a quiet machine."""
