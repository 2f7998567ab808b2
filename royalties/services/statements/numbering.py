"""Statements: composed and numbered without gaps at the close, stored, and read again."""

from hashlib import sha256

from royalties.domain.royalties.results import Run
from royalties.domain.royalties.statements import Statement
from royalties.services.books import Setup
from royalties.services.statements.composing import Composer
from royalties.services.statements.content import CONTENT, statement_in
from royalties.services.work import RefusedError, Work
from royalties.store.statements import statements as store


class NoStatementError(RefusedError):
    """A statement was asked for that does not exist, or not for who asks."""


def number_statements(work: Work, setup: Setup, run: Run) -> list[str]:
    """Number and freeze the statements of a run that is being closed, without gaps."""
    composer = Composer(work, setup, run)
    rows = []
    for place, settlement in enumerate(run.settlements, 1):
        number = f"{run.period}-{place:03d}"
        statement = composer.statement(settlement, number, work.today)
        content = CONTENT.dump_json(statement).decode()
        rows.append(
            store.StatementRow(
                number,
                run.period.ordinal,
                place,
                settlement.beneficiary,
                settlement.currency,
                content,
                sha256(content.encode()).hexdigest(),
            )
        )
    store.add_statements(work.connection, rows)
    return [row.number for row in rows]


def statement_of(row: store.StatementRow) -> Statement:
    """What a numbered statement says."""
    return statement_in(row.content)
