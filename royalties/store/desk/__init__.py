"""What the dashboard and the search read of all subjects."""
