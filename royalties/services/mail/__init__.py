"""E-mails: their words, the outbox in which they wait, and what was sent."""
