"""Text reports: CSV and its kin, of any length, decoded and split without surprises.

Rows are numbered by the line of the file on which they begin, the first being 1.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from royalties.domain.problems import Choice, Problem
from royalties.ingest.report.cells import CONTROL, LONGEST, Cell, RowBlock
from royalties.ingest.report.reading import UnreadableError
from royalties.ingest.report.workbook import SheetInspection

DELIMITERS = ",;\t|"
WIDEST = 1_000
"""Columns that a report may have."""

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "mac-roman")

_FIRST_BYTES, _BLOCK_BYTES = 1 << 16, 1 << 14
"""The first rows show what a file does alike everywhere; later ones stay near the processor."""
_SCAN_BYTES = 1 << 20
_LONGEST_LINE = 1 << 22
_END = "\x1e"
"""Stands for a line end while a text is split; no report has it."""
_PEEKED = 40
_SAMPLE = 1 << 16
_TAIL = 64
_MOST_EMPTY = 20_000
"""So many columns may be empty behind the last one: a spreadsheet has 16,384."""
_BYTE_CONTROLS = bytes((*range(9), 11, 12, *range(14, 32), 127))
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_VALID_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HINT = re.compile(r"\ufeff?\"?sep=(.)\"?\s*$", re.IGNORECASE)

# The default, 131,072, would stop at a long cell that we want to name.
csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_LINE))


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is decoded: the codec, bytes to leave out first, and what to tell about it."""

    codec: str
    skip: int = 0
    note: str = ""
    controls: bool = False


class UndecidedEncodingError(Exception):
    """The encoding cannot be told; carries the choice."""

    def __init__(self, choice: Choice) -> None:
        super().__init__(choice.message)
        self.choice = choice


def find_encoding(path: Path, choices: Mapping[str, str]) -> Encoding:
    """Find how a file is encoded: byte order mark, strict UTF-8, then a Windows code page.

    Raises:
        UndecidedEncodingError: UTF-16 without a mark, or a chosen encoding that does not fit.
        UnreadableError: empty, or UTF-8 with broken bytes.
    """
    with path.open("rb") as file:
        head = file.read(4_096)
    if not head:
        raise UnreadableError(Problem("the file is empty", "export the report again"))
    skip, marked = next(((len(bom), name) for bom, name in _BOMS if head.startswith(bom)), (0, ""))
    if chosen := choices.get("encoding", ""):
        return _chosen(path, chosen, skip)
    if marked == "utf-16-le" and head.startswith(codecs.BOM_UTF32_LE):
        raise UndecidedEncodingError(_encoding_choice("the file is in UTF-32"))
    if marked.startswith("utf-16"):
        _must_decode(path, marked, skip)
        return Encoding(marked, skip, controls=True)
    zeros = head.count(0)
    if zeros > len(head) // 4:
        raise UndecidedEncodingError(
            _encoding_choice("the encoding was not recognised (UTF-16 without its mark?)")
        )
    controls, plain = _scan(path)
    if plain:
        return Encoding("utf-8", skip, controls=controls)
    if (note := _broken_utf8(path)) and not skip:
        return Encoding(_code_page(path), note=note, controls=True)
    raise UnreadableError(_broken_line(path))


def _encoding_choice(message: str) -> Choice:
    return Choice("encoding", f"{message}: choose it, or save the file as UTF-8", ENCODINGS)


def _chosen(path: Path, chosen: str, skip: int) -> Encoding:
    if chosen not in ENCODINGS:
        raise UndecidedEncodingError(_encoding_choice(f"{chosen!r} is not an encoding to choose"))
    try:
        _must_decode(path, chosen, skip)
    except UnreadableError:
        raise UndecidedEncodingError(_encoding_choice(f"the file is not {chosen}")) from None
    return Encoding(chosen, skip, controls=True)


def _scan(path: Path) -> tuple[bool, bool]:
    """Tell whether there are control characters, and whether all is strict UTF-8."""
    controls = False
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(_SCAN_BYTES):
                controls = controls or len(block.translate(None, _BYTE_CONTROLS)) != len(block)
                if not block.isascii() or decoder.getstate()[0]:
                    controls = bool(CONTROL.search(decoder.decode(block))) or controls
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return controls, False
    return controls, True


def _must_decode(path: Path, codec: str, skip: int) -> None:
    decode = codecs.getincrementaldecoder(codec)().decode
    try:
        with path.open("rb") as file:
            file.seek(skip)
            while block := file.read(_SCAN_BYTES):
                decode(block)
            decode(b"", final=True)
    except UnicodeDecodeError:
        raise UnreadableError(
            Problem(f"the file is not valid {codec.upper()}", "save it again as UTF-8")
        ) from None


def _broken_utf8(path: Path) -> str:
    """A note for a file that is of a Windows code page; nothing where it is broken UTF-8."""
    good = high = surrogates = 0
    with path.open("rb") as file:
        while block := file.read(_SCAN_BYTES):
            high += len(block) - len(block.translate(None, bytes(range(128, 256))))
            good += sum(len(found) for found in _VALID_UTF8.findall(block))
            surrogates += len(re.findall(rb"\xed[\xa0-\xbf][\x80-\xbf]", block))
    if surrogates or 2 * good > high:
        return ""
    return "the file is not UTF-8: read as Windows text (cp1252); check names with accents"


def _code_page(path: Path) -> str:
    try:
        _must_decode(path, "cp1252", 0)
    except UnreadableError:
        return "latin-1"
    return "cp1252"


def _broken_line(path: Path) -> Problem:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                found = line[error.start : error.end].hex(" ")
                return Problem(
                    f"line {number}: not valid UTF-8 (bytes {found})",
                    "save the file again as UTF-8",
                    row=number,
                )
    return Problem("the file is not valid UTF-8", "save it again as UTF-8")


class TextSheet:
    """A text file as the one sheet it is."""

    name = ""
    look = SheetInspection()

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self._path = path
        self._encoding = encoding
        self.size = path.stat().st_size
        self._stop = _end_of_text(path, encoding.codec)
        sample = self._sample()
        self.hint = _HINT.match(sample.partition("\n")[0].rstrip("\r"))
        self.delimiter = self.hint[1] if self.hint else _delimiter(sample)
        self._peeked: list[tuple[int, list[Cell]]] | None = None
        self.read = 0

    def _sample(self) -> str:
        with self._path.open("rb") as file:
            file.seek(self._encoding.skip)
            data = file.read(_SAMPLE)
        decoder = codecs.getincrementaldecoder(self._encoding.codec)()
        return decoder.decode(data)

    def peek(self) -> list[tuple[int, list[Cell]]]:
        """The first records with their line numbers."""
        if self._peeked is None:
            self._peeked = list(islice(self._records(), _PEEKED))
            if WIDEST < max((len(cells) for _, cells in self._peeked), default=0) <= _MOST_EMPTY:
                self._peeked = _without_empty_columns(self._peeked)
            if any(len(cells) > WIDEST for _, cells in self._peeked):
                raise UnreadableError(
                    Problem(
                        f"a row has more than {WIDEST:,} columns",
                        "export the report again, with the columns that it needs",
                    )
                )
        return self._peeked

    def rows(self) -> Iterator[list[Cell]]:
        """All records; a record of several lines is followed by empty ones, so lines keep count."""
        at = 1
        for number, cells in self._records():
            yield from ([] for _ in range(number - at))
            yield cells
            at = number + 1

    def _records(self) -> Iterator[tuple[int, list[Cell]]]:
        for piece in self._pieces(0):
            numbers, records = piece.records or self._parsed(piece.text, piece.line)
            if self.hint and piece.line == 1:
                records[0] = [self.hint[0].strip()]
            yield from zip(numbers, records, strict=True)

    def blocks(self, skip: int, width: int) -> Iterator[RowBlock]:
        """All records after the first ``skip``, in ``width`` columns."""
        for piece in self._pieces(skip):
            text, line = piece.text, piece.line
            suspect = self._encoding.controls or _has_long_line(text)
            columns = None if piece.records else _split(text, self.delimiter)
            if columns is None:
                numbers, records = piece.records or self._parsed(text, line)
                # A cell of several lines can be long where no line is.
                suspect = suspect or not isinstance(numbers, range)
                yield _squared(numbers, records, width, suspect)
            else:
                rows = piece.lines = len(columns[0])
                surplus = _beyond(columns, width)
                columns.extend([""] * rows for _ in range(width - len(columns)))
                yield RowBlock(range(line, line + rows), columns[:width], surplus, suspect)

    def fresh_blocks(self, skip: int, width: int) -> Iterator[RowBlock]:
        """The same once more: nothing is shared between two passes."""
        return TextSheet(self._path, self._encoding).blocks(skip, width)

    def _pieces(self, skip: int) -> Iterator["_Piece"]:
        """Yield whole records as text, some hundreds at a time, after the first ``skip``."""
        line, unread, open_quotes, end = 1, "", 0, False
        self.read = 0
        decode = codecs.getincrementaldecoder(self._encoding.codec)().decode
        with self._path.open("rb") as file:
            file.seek(self._encoding.skip)
            while not end:
                size = _BLOCK_BYTES if self.read else _FIRST_BYTES
                data = file.read(min(size << open_quotes, self._stop - file.tell()))
                end = not data
                self.read += len(data)
                text = unread + decode(data, final=end)
                cut = len(text) if end else _last_line_end(text)
                piece = self._piece(text[:cut], skip, line, end)
                open_quotes = 0 if piece else open_quotes + 1
                unread = text[cut:] if piece else text
                if len(unread) > _LONGEST_LINE:
                    raise _bad_quotes(line) if '"' in unread else _long_line(line)
                if piece:
                    if piece.text:
                        yield piece
                    lines = _lines_in(piece.text) if piece.lines < 0 else piece.lines
                    skip, line = piece.skip, piece.line + lines

    def _piece(self, text: str, skip: int, line: int, end: bool) -> "_Piece | None":
        """Records without the first ``skip``; nothing where a quoted cell goes on beyond them."""
        if not text and not end:
            return None
        parsed = None
        if '"' in text or skip:
            try:
                parsed = self._parsed(text, line)
            except _OpenQuoteError:
                if end:
                    raise
                return None
        if skip and parsed:
            skip, text, line = self._skipped(text, skip, line)
            parsed = self._parsed(text, line) if '"' in text else None
        return _Piece(text, line, parsed, skip)

    def _skipped(self, text: str, skip: int, line: int) -> tuple[int, str, int]:
        buffer = io.StringIO(text, newline="")
        reader = csv.reader(buffer, delimiter=self.delimiter, strict=True)
        for _ in islice(reader, skip):
            skip -= 1
        return skip, text[buffer.tell() :], line + reader.line_num

    def _parsed(self, text: str, line: int) -> tuple[Sequence[int], list[list[Cell]]]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter, strict=True)
        try:
            records: list[list[Cell]] = list(reader)  # type: ignore[arg-type]
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise _OpenQuoteError(_failing_line(text, self.delimiter, line)) from None
            raise _bad_quotes(_failing_line(text, self.delimiter, line)) from None
        if reader.line_num == len(records):
            return range(line, line + len(records)), records
        return list(_numbered(text, self.delimiter, line)), records


def _without_empty_columns(rows: list[tuple[int, list[Cell]]]) -> list[tuple[int, list[Cell]]]:
    """Rows without the columns behind the last that any of them fills."""
    filled = (at for _, cells in rows for at, cell in enumerate(cells, 1) if str(cell).strip())
    width = max(filled, default=0)
    return [(number, cells[:width]) for number, cells in rows]


def _end_of_text(path: Path, codec: str) -> int:
    """The bytes of a file without a last Ctrl-Z, which old programs end a text with."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size - _TAIL, 0))
        tail = file.read()
    wide = 2 if codec.startswith("utf-16") else 1
    mark, ends = "\x1a".encode(codec), ("\r".encode(codec), "\n".encode(codec))
    body = tail
    while body.endswith(ends):
        body = body[:-wide]
    if not body.endswith(mark):
        return size
    while body.endswith(mark):
        body = body[:-wide]
    return size - len(tail) + len(body)


@dataclass(slots=True)
class _Piece:
    """Whole records: their text, and the number of the first line.

    ``records`` is there where the text has quotes; ``skip`` records are still to be left out;
    ``lines`` may be told by whoever counted them.
    """

    text: str
    line: int
    records: tuple[Sequence[int], list[list[Cell]]] | None
    skip: int
    lines: int = -1


def _last_line_end(text: str) -> int:
    # The line feed of a last carriage return may come with the next bytes.
    return text.rfind("\n") + 1 or text.rfind("\r", 0, len(text) - 1) + 1


def _beyond(columns: Sequence[Sequence[Cell]], width: int) -> list[int]:
    """Places of rows that have values beyond the last column of the header."""
    places: set[int] = set()
    for column in columns[width:]:
        if column.count("") != len(column):
            places.update(place for place, cell in enumerate(column) if cell != "")
    return sorted(places)


class _OpenQuoteError(UnreadableError):
    """A quoted cell has no end, as far as the text goes."""

    def __init__(self, line: int) -> None:
        super().__init__(_quote_problem(line))


def _long_line(line: int) -> UnreadableError:
    return UnreadableError(
        Problem(
            f"line {line}: has more than {_LONGEST_LINE:,} characters",
            "shorten its longest cell, or export the report again without that column",
            row=line,
        )
    )


def _bad_quotes(line: int) -> UnreadableError:
    return UnreadableError(_quote_problem(line))


def _quote_problem(line: int) -> Problem:
    return Problem(
        f"line {line}: a quotation mark is opened and never closed, or stands inside a cell",
        'write a quotation mark inside a cell twice (""), or export the report again',
        row=line,
    )


def _failing_line(text: str, delimiter: str, line: int) -> int:
    """The line on which the record begins that cannot be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    try:
        for _ in reader:
            before = reader.line_num
    except csv.Error:
        pass
    return line + before


def _numbered(text: str, delimiter: str, line: int) -> Iterator[int]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    for _ in reader:
        yield line + before
        before = reader.line_num


def _lines_in(text: str) -> int:
    returns = text.count("\r") - text.count("\r\n") if "\r" in text else 0
    ends = text.count("\n") + returns
    return ends + (not text.endswith(("\r", "\n")) if text else 0)


def _split(text: str, delimiter: str) -> list[Sequence[Cell]] | None:
    """Split text without quotes into columns, or nothing where its lines differ in width.

    One split of the whole text is three times as fast as a reader that goes line by line.
    """
    ending = "\r\n" if "\r\n" in text else "\n" if "\n" in text else "\r"
    if _END in text:
        return None
    if not text.endswith(ending):
        text += ending
    text = text.replace(ending, f"{delimiter}{_END}{delimiter}")
    if "\r" in text or "\n" in text:
        return None
    cells = text.split(delimiter)
    cells.pop()
    step = cells.index(_END) + 1
    ends = cells[step - 1 :: step]
    if step == 2 or len(ends) * step != len(cells) or ends.count(_END) != len(ends):
        return None
    return [cells[place::step] for place in range(step - 1)]


def _has_long_line(text: str) -> bool:
    at = 0
    while len(text) - at > LONGEST:
        end = text.rfind("\n", at, at + LONGEST + 1)
        if end < 0:
            return True
        at = end + 1
    return False


def _squared(
    numbers: Sequence[int], records: list[list[Cell]], width: int, suspect: bool
) -> RowBlock:
    surplus = [
        place
        for place, cells in enumerate(records)
        if len(cells) > width and any(cell != "" for cell in cells[width:])
    ]
    padded = ([*cells[:width], *[""] * (width - len(cells))] for cells in records)
    return RowBlock(numbers, list(zip(*padded, strict=True)), surplus, suspect)


def _delimiter(sample: str) -> str:
    """The character that splits the sample most evenly into most columns."""
    return max(DELIMITERS, key=_evenness(sample))


def _evenness(sample: str) -> Callable[[str], int]:
    def score(delimiter: str) -> int:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths: Counter[int] = Counter()
        try:
            for record in islice(reader, 60):
                widths[len(record)] += 1
        except csv.Error:
            return 0
        return max(((width - 1) * times for width, times in widths.items()), default=0)

    return score
