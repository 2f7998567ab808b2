"""Pages of orders, invoices, organizations and price lists."""
