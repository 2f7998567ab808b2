"""What looks into all rooms: the dashboard, search, public pages, jobs, backups, and places."""
