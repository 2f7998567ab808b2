"""What every page needs: the request's transaction, who asks, limits, errors, headers, formats."""
