"""Payments to beneficiaries: the accounts that they go to."""
