"""Workbooks are parsed here, in a process of their own with limits; nothing of the house is imported."""
