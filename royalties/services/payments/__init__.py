"""Payments to beneficiaries: proposed, approved by a second person, sent, arrived or come back."""
