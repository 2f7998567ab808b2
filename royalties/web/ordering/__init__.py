"""How copies are asked for: steps of a request, its fields, and what is wrong with it."""
