"""The outside world: files on disk, mail, secrets, time zones."""
