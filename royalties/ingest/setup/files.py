"""Opens a setup file, JSON or TOML, without trusting anything about it."""

import json
import re
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from royalties.domain.problems import SetupFault
from royalties.ingest.setup.document import Document, SetupError, Twice, parse_setup

LARGEST = 10 * 1024 * 1024
"""Bytes of a setup file; a larger catalogue comes in several files."""

_LONGEST_WHOLE = 18
_BLANKS = b"\xef\xbb\xbf \t\r\n"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NO_SETUP = (
    "is no setup file: write one in JSON or TOML; a retailer's report is taken by "
    "'royalties import'"
)
_MEND = "mend it there; 'royalties schema' lets an editor check while you type"
# tomllib takes quadratic time over the parts of one dotted key.
_DEEP_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){32}""")
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_setup(path: Path, name: str) -> Document:
    """Read a setup file; ``name`` is what it was called where it came from.

    Raises:
        SetupError: it cannot be read, or has faults in itself; all of them are named.
    """
    try:
        return parse_setup(_parsed(_text(_bytes(path), path, name), path, name), name)
    except _RefusedError as refused:
        raise SetupError(name, [SetupFault(refused.place, refused.why)]) from None
    except RecursionError:
        raise SetupError(name, [SetupFault("file", "is nested far too deep: flatten it")]) from None


class _RefusedError(Exception):
    def __init__(self, place: str, why: str) -> None:
        super().__init__(place, why)
        self.place, self.why = place, why


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise _RefusedError("file", f"cannot be read: {error.strerror or error}") from None
    if len(raw) > LARGEST:
        raise _RefusedError(
            "file", "is larger than 10 MB: split it, a part may come in several files"
        )
    return raw


def _text(raw: bytes, path: Path, name: str) -> str:
    if raw.startswith(_WORKBOOKS):
        raise _RefusedError("file", _NO_SETUP)
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if not (_suffix(path, name) or raw.lstrip(_BLANKS).startswith((b"{", b"[", b"#"))):
            raise _RefusedError("file", _NO_SETUP) from None
        before = raw[: error.start].decode("utf-8").removeprefix("\ufeff")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise _RefusedError(
            f"line {line}, column {column}", "is not UTF-8 text: save the file as UTF-8"
        ) from None
    if not text.strip():
        raise _RefusedError("file", 'is empty: it must hold at least {"publisher": {…}}')
    return text


def _suffix(path: Path, name: str) -> str:
    """What the file's name says that it is: ``.json``, ``.toml``, or nothing."""
    endings = (Path(name).suffix.lower(), path.suffix.lower())
    return next((each for each in endings if each in (".json", ".toml")), "")


def _parsed(text: str, path: Path, name: str) -> object:
    suffix = _suffix(path, name)
    # A TOML document cannot begin with a brace, a JSON setup must.
    is_json = suffix == ".json" or (suffix != ".toml" and text.lstrip()[0] == "{")
    try:
        return _json(text) if is_json else _toml(text)
    except _RefusedError as refused:
        if suffix or is_json:
            raise _RefusedError(refused.place, f"{refused.why}: {_MEND}") from None
        raise _RefusedError("file", f"{_NO_SETUP} ({refused.place} {refused.why})") from None


def _json(text: str) -> object:
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=Decimal,
            parse_int=_whole,
            # Kept as a number that no key takes, so that it is refused with its path.
            parse_constant=Decimal,
        )
    except json.JSONDecodeError as error:
        comma = _stray_comma(error)
        if comma is not None:
            line, column = text.count("\n", 0, comma) + 1, comma - text.rfind("\n", 0, comma)
            raise _RefusedError(
                f"line {line}, column {column}",
                "is not JSON: nothing follows this comma, so take it away",
            ) from None
        place = f"line {error.lineno}, column {error.colno}"
        raise _RefusedError(place, f"is not JSON: {error.msg}") from None


def _stray_comma(error: json.JSONDecodeError) -> int | None:
    """Where a comma stands before a closing bracket, if that is what is wrong."""
    before = error.doc[: error.pos].rstrip()
    after = error.doc[error.pos :].lstrip()
    if before.endswith(",") and after.startswith(("]", "}")):
        return len(before) - 1
    if after.startswith(",") and after[1:].lstrip().startswith(("]", "}")):
        return len(error.doc) - len(after)
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) == len(pairs):
        return entries
    twice = Twice(entries)
    times = Counter(key for key, _ in pairs)
    twice.keys_twice = tuple(key for key in entries if times[key] > 1)
    return twice


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _LONGEST_WHOLE else Decimal(digits)


def _toml(text: str) -> object:
    if _DEEP_KEY.search(text):
        raise _RefusedError("file", "has a dotted key that is nested far too deep: flatten it")
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except ValueError as error:
        found = _TOML_PLACE.search(str(error))
        line, column = found.groups() if found else (None, None)
        place = f"line {line}, column {column}" if line else "end of file" if found else "file"
        told = _TOML_PLACE.sub("", str(error))
        raise _RefusedError(place, f"is not TOML: {told}") from None
