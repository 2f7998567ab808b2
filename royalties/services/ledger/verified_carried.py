"""Whether what closes carried forward for the next run is what all of history adds up to."""

from collections.abc import Iterator, Mapping
from typing import Any

from royalties.services.books import setup_in_force
from royalties.services.ledger.verified_books import BooksUnderTest, Failures
from royalties.store.periods import carrying


def carried_forward(books: BooksUnderTest) -> Failures:
    """Each close stored the sum of what the one before it left and its own figures.

    Closes of versions that stored nothing come before all that did.
    """
    first, begun = setup_in_force(books.work).first_period, False
    for step in carrying.chain(books.connection, first):
        name = books.period(step.period_id)
        if step.kept is None:
            if begun:
                yield f"{name}: what it left for the next run is missing"
            continue
        begun = True
        for part, stored, computed in _parts(step.kept, step.computed):
            for key in sorted({*stored, *computed}, key=str):
                if stored.get(key) != computed.get(key):
                    yield (
                        f"{name}: what it left of {part} {_words(key)} stands as "
                        f"{stored.get(key)}, added up again it is {computed.get(key)}"
                    )


def _parts(
    stored: carrying.CarriedForward, computed: carrying.CarriedForward
) -> Iterator[tuple[str, Mapping[Any, Any], Mapping[Any, Any]]]:
    for part in ("contracts", "balances", "withheld"):
        yield part, _by_key(stored.state.get(part, ())), _by_key(computed.state.get(part, ()))
    yield "the account", stored.accounts, computed.accounts
    yield "the sums in", stored.totals, computed.totals
    yield "the ledger's", {"entries": stored.entries}, {"entries": computed.entries}


def _by_key(part: Any) -> Mapping[Any, Any]:  # noqa: ANN401 - JSON
    """Rows of names with an amount behind them, or contracts by key."""
    if isinstance(part, dict):
        return part
    return {tuple(names): amount for *names, amount in part}


def _words(key: object) -> str:
    return " ".join(key) if isinstance(key, tuple) else str(key)
