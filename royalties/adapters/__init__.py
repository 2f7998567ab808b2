"""The rest of the world: files kept, the clock."""
