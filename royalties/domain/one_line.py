"""Names, titles and subjects: text of one line that people type, and that mails carry as data.

A header of a mail is one line. A line break in a name would end it and begin another header or
the mail's body, and an encoded word of RFC 2047 (``=?utf-8?q?=0d=0a…?=``) is a line break in
other letters. So both are refused where they are typed, and whatever was stored before, or was put
together of harmless parts, is made neutral where a mail is composed.
"""

import re
import unicodedata

_CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of controls (C0, C1, line feeds), lone surrogates, and U+2028 and U+2029."""

_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Marks that turn the direction of a text could make a name read as another one."""

_ENCODED_WORD = re.compile(r"=\?[^?]*\?[bq]\?", re.IGNORECASE)
"""How an encoded word begins; its end may stand in another text that is put after it."""

ELLIPSIS = "…"


def is_control(char: str) -> bool:
    """Whether a character is none that can be read: it ends lines, or turns them round."""
    return unicodedata.category(char) in _CONTROLS or unicodedata.bidirectional(char) in _TURNING


def fault_of_line(text: str) -> str:
    """What text of one line must not hold, and what to do; empty if there is nothing."""
    found = next((char for char in text if is_control(char)), None)
    if found is not None:
        return f"it holds the control character U+{ord(found):04X}: take it out"
    if coded := _ENCODED_WORD.search(text):
        return f"it holds {coded[0][:40]}, which e-mail programs decode: take it out"
    return ""


def neutral_line(text: str, longest: int) -> str:
    """Text as one line of which no program can make more than data.

    Args:
        text: whatever was typed or put together.
        longest: how many characters remain; what is longer ends with an ellipsis.
    """
    plain = "".join(" " if is_control(char) else char for char in text)
    # Without "=?" nothing is an encoded word, however often a program decodes, and whatever is
    # encoded beside it.
    plain = plain.replace("=?", "= ?")
    plain = " ".join(plain.split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + ELLIPSIS


def neutral_text(text: str) -> str:
    """Text of several lines without what cannot be read; lines end with a line feed."""
    lines = re.split(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]", text)
    return "\n".join(
        "".join(char for char in line if char == "\t" or not is_control(char)) for line in lines
    )
