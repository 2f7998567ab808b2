"""Payments to beneficiaries: reads and writes."""
