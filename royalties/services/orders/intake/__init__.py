"""How an order comes in: offered, asked for, checked, entered, and answered."""
