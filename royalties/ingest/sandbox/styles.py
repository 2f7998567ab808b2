"""Style rules of an SVG: only properties that draw, and nothing that reaches out."""

import re

from royalties.ingest.sandbox.archive import RefusedError

_DRAWING = """
fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin
stroke-miterlimit stroke-dasharray stroke-dashoffset clip-path clip-rule mask mask-type opacity
color display visibility stop-color stop-opacity font-family font-size font-style font-weight
font-variant font-stretch letter-spacing word-spacing text-anchor text-decoration
dominant-baseline alignment-baseline baseline-shift writing-mode paint-order mix-blend-mode
isolation overflow marker-start marker-mid marker-end marker
"""
PROPERTIES = frozenset(_DRAWING.split())
"""Properties that draw, as attributes and in style rules."""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"\s*([^{}]+)\{([^{}]*)\}\s*")
_SELECTORS = re.compile(r"[\w\s.#,>*:-]+")
_URL = re.compile(r"url\(\s*(['\"]?)(.*?)\1\s*\)", re.IGNORECASE)
_PLAIN = re.compile(r"[\w\s#.,%()'\"+*/-]*")


def rules(text: str) -> str:
    """A style sheet, written anew.

    Raises:
        RefusedError: it imports something, refers to something outside, or cannot be read.
    """
    text = _COMMENT.sub(" ", text).replace("<!--", "").replace("-->", "")
    _require_plain(text)
    made = []
    at = 0
    while text[at:].strip():
        rule = _RULE.match(text, at)
        if rule is None or not _SELECTORS.fullmatch(rule[1]):
            raise _unread()
        made.append(f"{' '.join(rule[1].split())} {{ {declarations(rule[2])} }}")
        at = rule.end()
    return "\n".join(made)


def declarations(text: str) -> str:
    """Declarations such as ``fill:red;stroke:none``, written anew; others are left out.

    Raises:
        RefusedError: one refers to something outside.
    """
    text = _COMMENT.sub(" ", text)
    _require_plain(text)
    made = []
    for each in text.split(";"):
        name, _, value = each.partition(":")
        name, value = name.strip().lower(), value.replace("!important", "").strip()
        if name in PROPERTIES and value and _PLAIN.fullmatch(value):
            made.append(f"{name}:{value}")
    return ";".join(made)


def _require_plain(text: str) -> None:
    lowered = text.lower()
    if "@import" in lowered:
        raise external()
    if any(not found[2].strip().startswith("#") for found in _URL.finditer(text)):
        raise external()
    if lowered.count("url(") != len(_URL.findall(text)):
        raise _unread()
    if "\\" in text or "@" in text or "expression(" in lowered or "javascript:" in lowered:
        raise _unread()


def external() -> RefusedError:
    """The refusal of what would be fetched from elsewhere."""
    return RefusedError(
        "the SVG holds an external reference",
        "export it again with everything inside, or save it as PDF",
    )


def _unread() -> RefusedError:
    return RefusedError(
        "the SVG holds style rules that are not read",
        "export it again with 'presentation attributes', or save it as PDF",
    )
