"""What people do: one function per verb; load, decide in the domain, save, record."""
