"""What the dashboard and the search read from all subjects."""
