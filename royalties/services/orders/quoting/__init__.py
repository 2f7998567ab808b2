"""What an order would cost, what was promised of it, and what was agreed."""
