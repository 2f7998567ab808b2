"""Imports and their sale lines: written, summed and listed."""
