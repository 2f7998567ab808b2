"""Books of a released schema, made with the code of that release.

In a checkout of the last commit of that schema, with its own or today's environment::

    python make_books.py FOLDER
    tar -C FOLDER/home -cJf NNNN.tar.xz issued received royalties.sqlite     # and others, if any

It loads a setup, sells in all ways, ships, invoices and is paid (where there are orders), closes the
first half of 2025, issues its statements, pays them (where there are payments: one arrived, one came
back, the others are approved), and leaves the second half open.
"""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def make(folder: Path) -> None:
    """Make the books in a folder, with what the checkout has of builders."""
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - of that release
    books = import_module("tests.builders.books")
    try:
        begun = import_module("tests.builders.shipped").paid
    except ImportError:  # a release without orders
        begun = books.opened
    home = folder.absolute() / "home"
    office = books.open_office(f"sqlite:///{home / 'royalties.sqlite'}", folder.absolute())
    begun(office)
    a_row, unknown = books.a_row, books.UNKNOWN
    office.bring_batch(books.SPRING, "spring.csv")
    office.bring_batch([a_row(2, isbn=unknown), a_row(1, retailer="bay")], "unknown.csv")
    wrong = office.bring_batch([a_row(3, date="2025-06-01", reference="twice")], "wrong.csv")
    office.load({"beneficiaries": [_taxed(each) for each in books.a_setup()["beneficiaries"]]})
    office.close("2025-H1")
    office.statements("2025-H1")
    _pay(office)
    office.bring_batch(books.AUTUMN, "autumn.csv")
    office.alias(unknown, books.HARDCOVER)
    office.correct(wrong)
    office.undo(office.bring_batch([a_row(date="2025-12-01")], "undone.csv"))
    try:
        documents = import_module("tests.builders.documents")
    except ImportError:  # a release without earlier statements
        pass
    else:
        documents.send_documents(office, {"2023.pdf": documents.PDF}, beneficiary="seattle")
    if office.faults():
        raise SystemExit(office.faults())
    office.system.dispose()


def _pay(office: Any) -> None:
    try:
        payments = "royalties.services.payments"
        proposing, approving, moving = (
            import_module(f"{payments}.{each}") for each in ("proposing", "approving", "moving")
        )
    except ImportError:  # a release without payments
        return
    life, people = (
        import_module(f"royalties.domain.{each}") for each in ("payments.life", "people")
    )
    second = people.Actor("Max Reyes", people.Role.MANAGER)
    with office.work() as work:
        batch = proposing.propose_payments(work, "first half")
    with office.system.work(second) as work:
        approving.approve(work, batch.number, signed=batch.payments)
        first, other = batch.payments[:2]
        moving.send(work, [first, other], work.today, life.Method.WIRE, "FED 1")
        moving.settle(work, [first], work.today)
        moving.take_back(work, other, work.today, "R03 No account")


def _taxed(beneficiary: dict[str, object]) -> dict[str, object]:
    """Of whom is on hold, tax is withheld: closes once took it from what is carried forward."""
    return beneficiary | ({"tax_rate": "0.24"} if beneficiary["key"] == "spokane" else {})


if __name__ == "__main__":
    make(Path(sys.argv[1]))
