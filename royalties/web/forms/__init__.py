"""How forms are declared: WTForms' fields for what entries say, rows, and bodies made of them."""
