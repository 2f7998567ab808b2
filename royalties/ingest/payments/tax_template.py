"""The filer's template of a tax form: a CSV file with a header row, as it was downloaded."""

import csv
import io
from typing import NamedTuple

from royalties.domain.problems import Problem
from royalties.ingest.report.headings import column_letters

MOST_BYTES = 1_000_000
_MOST_COLUMNS = 500
_LONGEST = 300
_DELIMITERS = ",;\t"
_AGAIN = "download the template again, and take it as it is: a CSV file with its header row"


class TaxTemplate(NamedTuple):
    """What a template asks for: its headings as they are written, and how."""

    headings: list[str]
    delimiter: str
    has_mark: bool


class FaultyTemplateError(ValueError):
    """A template that cannot be filled: nothing is."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{each.message}: {each.remedy}" for each in problems))
        self.problems = problems


def template_of(content: bytes) -> TaxTemplate:
    """A template's header row.

    Raises:
        FaultyTemplateError: it is no CSV file, or holds more than a header row, or headings that
            are missing or named twice; each by its column.
    """
    text = _text(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        rows = [
            [cell.strip() for cell in row]
            for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        ]
    except csv.Error:
        raise _refused("its quotation marks do not match") from None
    rows = [row for row in rows if any(row)]
    if not rows:
        raise _refused("the template is empty")
    headings = rows[0]
    while headings and not headings[-1]:
        headings.pop()
    if len(rows) > 1:
        raise FaultyTemplateError(
            [Problem("the template has rows already", "take the empty one", row=2)]
        )
    problems = list(_faults(headings))
    if problems:
        raise FaultyTemplateError(problems)
    return TaxTemplate(headings, delimiter, content.startswith(b"\xef\xbb\xbf"))


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise _refused("the template is larger than 1 MB")
    if b"\0" in content:
        raise _refused("the template is no CSV file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _faults(headings: list[str]) -> list[Problem]:
    if len(headings) > _MOST_COLUMNS:
        return [Problem(f"the template has more than {_MOST_COLUMNS} columns", _AGAIN, row=1)]
    seen: dict[str, int] = {}
    problems = []
    for place, heading in enumerate(headings):
        column = column_letters(place)
        if not heading:
            problems.append(Problem("a heading is missing", _AGAIN, row=1, column=column))
        elif len(heading) > _LONGEST:
            problems.append(Problem("a heading is too long", _AGAIN, row=1, column=column))
        elif heading.casefold() in seen:
            other = column_letters(seen[heading.casefold()])
            problems.append(
                Problem(
                    f"column {other} has the same heading",
                    _AGAIN,
                    row=1,
                    column=column,
                    value=heading[:80],
                )
            )
        seen.setdefault(heading.casefold(), place)
    return problems


def _refused(message: str) -> FaultyTemplateError:
    return FaultyTemplateError([Problem(message, _AGAIN)])
