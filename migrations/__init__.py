"""Alembic migrations; versions never import the desk's own code."""
