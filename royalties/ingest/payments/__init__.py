"""What payees and banks send about payments: accounts, statements, returns."""
