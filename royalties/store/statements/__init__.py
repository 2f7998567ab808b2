"""Statements, and what nonprofits and everybody read of them."""
