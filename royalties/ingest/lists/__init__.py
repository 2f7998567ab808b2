"""Lists of titles and of beneficiaries that a house has already: tables, and ONIX for titles."""
