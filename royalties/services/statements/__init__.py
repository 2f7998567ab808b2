"""What beneficiaries get: statements issued, explained, sent and shown in the portal."""
