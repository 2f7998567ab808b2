"""Periods, their closed runs, and what each close carries forward."""
