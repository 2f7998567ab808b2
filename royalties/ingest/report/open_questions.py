"""Questions to the user that only the rows of a report raise."""

from collections.abc import Sequence

from royalties.domain.problems import Choice
from royalties.ingest.report.asking import with_proposals
from royalties.ingest.report.conventions import again
from royalties.ingest.report.dates import LANGUAGES, RANGE_ENDS
from royalties.ingest.report.reading_state import ReadingState

_PERIOD = "give the period of the report as 2025-05, or write the days into the file"
_QUESTIONS = {
    choice.key: choice
    for choice in (
        Choice("date_language", "a date's month is not in English: choose the language", LANGUAGES),
        Choice(
            "date_range",
            "a range stands where a date should: choose the day that counts",
            RANGE_ENDS,
        ),
        Choice(
            "currency",
            "a currency is given as a sign that several share: which dollar? which krone?",
            ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "SEK", "NOK", "DKK", "JPY", "CNY"),
        ),
    )
}


def open_questions(
    state: ReadingState, undated: Sequence[str], texts: Sequence[tuple[str, str]]
) -> list[Choice]:
    """Open questions about conventions, dates, currencies, discounts and the period.

    ``undated`` are the rows that lack only a date, as messages name them; ``texts`` are the texts
    outside the rows, which may name the period, each preceded by where it is.
    """
    converters = state.converters
    asked = [convention.choice() for convention in state.conventions if convention.is_open]
    asked += [_QUESTIONS[key] for key in sorted(converters.dates.asked | converters.asked)]
    if (unit := converters.discounts.choice()) is not None:
        asked.append(unit)
    if undated:
        more = f" ({len(undated) - 1:,} more such rows)" if len(undated) > 1 else ""
        question = Choice("period", f"{undated[0]}{more}: {_PERIOD}", ())
        asked.append(with_proposals(question, texts))
    return [again(choice, state.answers) for choice in asked]
