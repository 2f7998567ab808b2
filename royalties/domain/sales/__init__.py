"""Sales as the calculation sees them, and how often retailers report them."""
