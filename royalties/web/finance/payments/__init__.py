"""Pages of payments to beneficiaries."""
