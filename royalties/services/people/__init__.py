"""Who may come in: people, passwords, sessions, invitations, and the log of what they did."""
