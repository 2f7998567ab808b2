"""Orders, and everything stored about them."""
