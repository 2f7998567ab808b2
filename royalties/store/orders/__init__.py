"""Orders: what is kept of them."""
