"""The finance desk's home, approvals and the log."""
