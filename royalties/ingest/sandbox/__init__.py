"""Workbooks are parsed here, in a process of their own with limits, importing nothing else."""
