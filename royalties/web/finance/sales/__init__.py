"""Pages of reports, imports, typed sales and recorded sales."""
