"""Orders in bulk and of custom editions, from request to receipt."""
