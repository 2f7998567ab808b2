"""The nonprofits' portal: only their own."""
