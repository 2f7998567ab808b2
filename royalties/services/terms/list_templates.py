"""Templates of lists, as workbook and as CSV."""

from reports import list_template
from reports.list_template import TemplateColumn
from royalties.domain.people import Verb
from royalties.ingest.lists.columns import BENEFICIARIES, TITLES, ListColumn
from royalties.services.books import setup_in_force
from royalties.services.terms.lists import ListKind
from royalties.services.work import Work

COLUMNS = {ListKind.TITLES: TITLES, ListKind.BENEFICIARIES: BENEFICIARIES}
"""What a list of each kind may say."""

NAMES = {ListKind.TITLES: "Titles", ListKind.BENEFICIARIES: "Beneficiaries"}


def template(work: Work, kind: ListKind, file: str) -> tuple[str, bytes]:
    """A template to fill in: its file's name and its bytes.

    Args:
        file: ``xlsx`` or ``csv``.

    Raises:
        EmptyBooksError: there is no house yet.
    """
    work.actor.require(Verb.READ)
    columns = [_column(each) for each in COLUMNS[kind]]
    name = NAMES[kind]
    if file == "csv":
        return f"{name}.csv", list_template.text(columns)
    author = setup_in_force(work).publisher.name
    return f"{name}.xlsx", list_template.workbook(name, author, columns, work.today)


def _column(column: ListColumn) -> TemplateColumn:
    return TemplateColumn(column.heading, column.words, column.needed, column.examples)
