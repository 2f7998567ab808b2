"""The visitor's own account: signing in and out, second factor, sessions."""
