"""People, their sessions, and invitations of colleagues."""
