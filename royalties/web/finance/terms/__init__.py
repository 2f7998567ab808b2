"""Pages of titles, contracts, plans, beneficiaries, rates, and their forms."""
