"""Style rules of an SVG: only properties that draw, and nothing that reaches out."""

import re
from collections.abc import Iterator

from royalties.ingest.sandbox.archive import FileRefusedError

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

_SELECTORS = re.compile(r"[\w\s.#,>*:-]+")
_URL = "url("
_PLAIN = re.compile(r"[\w\s#.,%()'\"+*/-]*")


def rules(text: str) -> str:
    """A style sheet, written anew.

    Raises:
        FileRefusedError: it imports something, refers to something outside, or cannot be read.
    """
    text = _without_comments(text).replace("<!--", "").replace("-->", "")
    _require_plain(text)
    made = []
    *written, unclosed = text.split("}")
    for rule in written:
        selectors, brace, declared = rule.partition("{")
        if not brace or "{" in declared or not _SELECTORS.fullmatch(selectors):
            raise _unread()
        made.append(f"{' '.join(selectors.split())} {{ {declarations(declared)} }}")
    if unclosed.strip():
        raise _unread()
    return "\n".join(made)


def declarations(text: str) -> str:
    """Declarations such as ``fill:red;stroke:none``, written anew; others are left out.

    Raises:
        FileRefusedError: one refers to something outside.
    """
    text = _without_comments(text)
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
    for inner in _references(lowered):
        if not inner.startswith("#"):
            raise external()
    if "\\" in text or "@" in text or "expression(" in lowered or "javascript:" in lowered:
        raise _unread()


def _without_comments(text: str) -> str:
    """Every comment is a space, as in a browser; one that does not end stays."""
    kept, at = [], 0
    while (start := text.find("/*", at)) >= 0 and (end := text.find("*/", start + 2)) >= 0:
        kept.append(text[at:start])
        at = end + 2
    return " ".join([*kept, text[at:]])


def _references(lowered: str) -> Iterator[str]:
    """What stands within each ``url(…)``, without its quotes."""
    at = lowered.find(_URL)
    while at >= 0:
        start = at + len(_URL)
        end = lowered.find(")", start)
        inner = lowered[start:end].strip()
        if end < 0 or _URL in inner:
            raise _unread()
        for quote in "'\"":
            if inner.startswith(quote):
                if len(inner) == 1 or not inner.endswith(quote):
                    raise _unread()
                inner = inner[1:-1].strip()
        yield inner
        at = lowered.find(_URL, end)


def external() -> FileRefusedError:
    """The refusal of what would be fetched from elsewhere."""
    return FileRefusedError(
        "the SVG holds an external reference",
        "export it again with everything inside, or save it as PDF",
    )


def _unread() -> FileRefusedError:
    return FileRefusedError(
        "the SVG holds style rules that are not read",
        "export it again with 'presentation attributes', or save it as PDF",
    )
