"""The only place with SQL: tables, and reads and writes by subject."""
