"""What was agreed: titles, contracts, plans, beneficiaries, and what a change of them does."""
