"""Imports and their sale lines: written, summed up and looked through."""
