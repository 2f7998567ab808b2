"""What a report does not say and the user has to: its period, currency, discount, retailer.

An answer that does not fit is asked again, with the reason.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from royalties.domain.currencies import EXPONENTS
from royalties.domain.problems import Choice
from royalties.ingest.report.amounts import Numbers
from royalties.ingest.report.cells import NonValue
from royalties.ingest.report.conventions import again, date_order, decimal_mark
from royalties.ingest.report.dates import FIRST_DAY, MONTHS_OF, Dates, month_span
from royalties.ingest.report.named_currencies import proposed_currencies
from royalties.ingest.report.named_periods import proposed, proposed_days
from royalties.ingest.report.reading import ReferenceData

_MONTHS = {"": 12, **MONTHS_OF}
_PERIOD = re.compile(r"(\d{4})(?:-(?:([HQ])([1-4])|(0[1-9]|1[0-2])))?", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SATURDAY = 5
_FAR = 3_650


@dataclass(slots=True)
class Answers:
    """Answers as values by field, what is still to be asked, and the days a report covers."""

    values: dict[str, Any] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)
    span: tuple[date, date] | None = None


def ask(
    keys: tuple[str, ...],
    choices: Mapping[str, str],
    known: ReferenceData,
    texts: Sequence[tuple[str, str]] = (),
) -> Answers:
    """Take the user's answers to what a report asks; ``retailer`` is asked elsewhere.

    ``texts`` are what stands outside of the rows, each behind where that is: what they name
    is proposed.
    """
    answers = Answers()
    for key in keys:
        answer = choices.get(key, "").strip()
        if key in ("period", "week"):
            answers.span = period_named(answer) if key == "period" else _week(answer)
            is_valid = answers.span is not None and answers.span[1] <= known.today + timedelta(_FAR)
            if answers.span and is_valid:
                answers.values["date"] = answers.span[1].isoformat()
        elif key == "currency":
            is_valid = answer.upper() in EXPONENTS
            answers.values[key] = answer.upper()
        else:
            value = Numbers(decimal_mark(".")).discount(answer)
            is_valid = not isinstance(value, NonValue)
            answers.values[key] = value
        if not is_valid:
            question = again(_question(key, known), {key: answer})
            answers.choices.append(with_proposals(question, texts))
    return answers


def with_proposals(question: Choice, texts: Sequence[tuple[str, str]]) -> Choice:
    """A question about a period, week or currency, with what the report names as likely answers."""
    if question.key == "period":
        proposals = proposed(texts, period_named)
    elif question.key == "week":
        proposals = proposed_days(texts)
    elif question.key == "currency":
        proposals = proposed_currencies(texts)
    else:
        return question
    if not proposals:
        return question
    told = ", ".join(f"{where} says {name}" for name, where in proposals)
    names = tuple(name for name, _ in proposals)
    return replace(
        question,
        message=f"{question.message} ({told})",
        options=tuple(dict.fromkeys((*names, *question.options))) if question.options else (),
        proposed=names,
    )


def _question(key: str, known: ReferenceData) -> Choice:
    asked, options = {
        "period": ("the report does not say of which period it is: give it as 2025-04", ()),
        "week": ("the report does not say of which week it is: give its last day, a Saturday", ()),
        "currency": (
            "the report does not say its currency: give its code",
            known.catalogue.currencies,
        ),
        "discount": ("the report does not say the discount: give it as 0.40 or 40%", ()),
    }[key]
    return Choice(key, asked, options)


def period_named(text: str) -> tuple[date, date] | None:
    """The days of a period as people write it, such as 2025, 2025-H1 or May 2025; else None."""
    match = _PERIOD.fullmatch(text)
    if not match and (found := _months(text)):
        return found
    if not match or not FIRST_DAY.year < int(match[1]) < 9999:
        return None
    year, kind = int(match[1]), (match[2] or "").upper()
    if match[4]:
        return month_span(year, int(match[4]))
    months = _MONTHS[kind]
    last = months * int(match[3] or 1)
    if last > 12:
        return None
    return date(year, last - months + 1, 1), month_span(year, last)[1]


def _months(text: str) -> tuple[date, date] | None:
    """A month or a quarter as people write them, such as May 2025 or Q3 2026."""
    dates = Dates(date_order(""), date.max - timedelta(_FAR), months=True)
    day = dates.day(text)
    if not isinstance(day, str) or day not in dates.spans:
        return None
    return date.fromisoformat(dates.spans[day]), date.fromisoformat(day)


def _week(text: str) -> tuple[date, date] | None:
    """The week from Sunday to Saturday that contains a day."""
    if not _DAY.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
        last = day + timedelta((_SATURDAY - day.weekday()) % 7)
        return (last - timedelta(6), last) if day >= FIRST_DAY else None
    except (ValueError, OverflowError):
        return None
