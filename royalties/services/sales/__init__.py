"""Sales: retailers' reports and typed sheets, from the file to the list of all lines."""
