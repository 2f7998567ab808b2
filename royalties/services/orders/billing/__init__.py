"""Invoices, credit notes, money received, tax certificates, and what is still owed."""
