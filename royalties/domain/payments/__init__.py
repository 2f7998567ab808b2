"""Payments: accounts, orders to pay, what a bank's network carries, and what it sends back."""
