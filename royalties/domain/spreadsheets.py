"""Texts in files that are opened with a spreadsheet program: none of them becomes a formula."""

_STARTS_FORMULA = frozenset("=+-@\t\r\N{NULL}\uff1d\uff0b\uff0d\uff20")
"""The last four are the full-width variants of ``=``, ``+``, ``-`` and ``@``."""


def no_formula(text: str) -> str:
    """A text that a spreadsheet would read as a formula, prefixed with an apostrophe.

    Programs pass over space before it.

    >>> no_formula("=1+1"), no_formula("  @SUM(A1)"), no_formula("1=1")
    ("'=1+1", "'  @SUM(A1)", '1=1')
    """
    starts = {text.lstrip(" ")[:1], text.lstrip()[:1]}
    return f"'{text}" if starts & _STARTS_FORMULA else text
