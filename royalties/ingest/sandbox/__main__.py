"""The child: reads one workbook for the parent, with little memory, time and no way to write.

``python -m royalties.ingest.sandbox PATH KIND CAREFUL SECONDS`` answers each line on standard
input with frames on standard output: four bytes of length, then a marshalled value. A list
``[first row, columns]`` is rows, ``None`` ends an answer, ``{"refused": [message, remedy]}``
ends everything.
"""

import marshal
import os
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

MEMORY = 1_536 << 20


def limit(seconds: int) -> None:
    """Bound this process before it opens anything."""
    try:
        import resource
    except ImportError:  # a system without POSIX limits still has the parent's clock
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        hard = resource.getrlimit(what)[1]
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (lowest, lowest))


def send(out: BinaryIO, value: Any) -> None:
    """Write one frame."""
    body = marshal.dumps(value)
    out.write(struct.pack("<I", len(body)) + body)
    out.flush()


class Session:
    """One opened workbook and the questions about it."""

    def __init__(self, path: Path, kind: str, careful: bool) -> None:
        from royalties.ingest.sandbox import books, looks
        from royalties.ingest.sandbox.archive import Archive

        self._books = books
        self._looks: dict[str, looks.Look] = {}
        self._empty = looks.Look()
        self.linked = self.macros = False
        parts: dict[str, str] = {}
        if kind == "zip":
            archive = Archive(path)
            kind = archive.kind()
            archive.check()
            self.linked = any("/externalLinks/" in name for name in archive.names)
            self.macros = any(name.endswith("vbaProject.bin") for name in archive.names)
            if kind == "xlsx":
                parts = looks.sheet_parts(archive)
        self.kind = kind
        fast = books.FastPages(path)
        if parts:
            known = looks.styles(archive)
            for name, visible in fast.names:
                if visible:
                    self._looks[name] = looks.look(archive.part(parts.get(name, "")), known)
        careful = careful or any(look.far for look in self._looks.values())
        self.careful = careful and kind == "xlsx"
        self._pages: books.Pages = (
            books.CarefulPages(path, dict(fast.names)) if self.careful else fast
        )

    def about(self) -> dict[str, Any]:
        """What the parent has to know before it reads a row."""
        return {
            "kind": self.kind,
            "linked": self.linked,
            "macros": self.macros,
            "careful": self.careful,
            "sheets": self._pages.names,
        }

    def describe(self, name: str) -> dict[str, Any]:
        """Size and the second look of one sheet."""
        look = self._looks.get(name, self._empty)
        rows, width = self._pages.size(name)
        if width > self._books.WIDEST:
            raise MemoryError("one far cell: to be read carefully")
        offset = self._pages.offset(name)
        return {
            "rows": rows,
            "hidden": [column - offset for column in look.hidden if column >= offset],
            "percent": {column - offset: found for column, found in look.percent.items()},
            "struck": look.struck,
            "hidden_rows": look.hidden_rows,
            "uncalculated": sum(
                text == b"=" for marks in look.marks.values() for text in marks.values()
            ),
        }

    def rows(self, name: str, skip: int, out: BinaryIO, most: int) -> None:
        """Send the rows after the first ``skip``, not many more than ``most``."""
        look = self._looks.get(name, self._empty)
        sent = 0
        for first, columns in self._books.blocks(self._pages, name, look, skip):
            if most and len(columns) and len(columns[0]) > most - sent:
                columns = [column[: most - sent] for column in columns]
            send(out, [first, columns])
            sent += len(columns[0]) if columns else 0
            if most and sent >= most:
                return


def answer(session: Session, line: bytes, out: BinaryIO) -> None:
    """Answer one question: ``about``, ``sheet N`` or ``rows N SKIP MOST``."""
    words = line.split()
    names = session.about()["sheets"]
    if words[0] == b"about":
        send(out, session.about())
    elif words[0] == b"sheet":
        send(out, session.describe(names[int(words[1])][0]))
    else:
        place, skip, most = map(int, words[1:])
        session.rows(names[place][0], skip, out, most)
    send(out, None)


def main(path: str, kind: str, careful: str, seconds: str) -> int:
    """Serve one workbook until the parent closes the pipe."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    limit(int(seconds))
    from royalties.ingest.sandbox.archive import RefusedError

    try:
        session = Session(Path(path), kind, careful == "careful")
        for line in sys.stdin.buffer:
            answer(session, line, out)
    except RefusedError as refused:
        send(out, {"refused": [refused.message, refused.remedy]})
    except BaseException:
        # Whatever a parser throws at a hostile file, panics of its engine included, is one answer.
        send(out, {"failed": True})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
