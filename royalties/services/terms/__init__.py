"""What the house has agreed and keeps: titles, retailers, contracts, plans, rates."""
