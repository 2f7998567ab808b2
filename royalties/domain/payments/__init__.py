"""Payments to beneficiaries: what is proposed, and the states a payment goes through."""
