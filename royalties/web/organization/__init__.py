"""Organizations that order in bulk or co-branded."""
