"""Statements, and what nonprofits and the public pages read of them."""
