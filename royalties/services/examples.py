"""Where the examples are that come with the program."""

from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"
"""Setup files, sample reports (``demo.json`` lists them by period) and orders (``orders.json``)."""
