"""A retailer's report: opened, read into tables, judged row by row, its totals compared."""
