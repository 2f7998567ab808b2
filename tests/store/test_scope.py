"""A query for somebody's orders or figures never finds those of another.

Pages and verbs ask first whose a thing is; should one of them forget, the store finds nothing.
"""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from importlib import import_module
from inspect import getmembers, isfunction, signature
from pkgutil import walk_packages
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, update

import royalties.store
from royalties.domain.notes import NoteSubject
from royalties.domain.orders.life import State
from royalties.domain.payments.accounts import UsAccount
from royalties.domain.payments.life import Method
from royalties.domain.people import ANONYMOUS, Actor, Role
from royalties.services.orders import messages as order_messages
from royalties.services.orders.billing import certificates as tax
from royalties.services.orders.billing import invoicing, receivables
from royalties.services.payments import accounts, approving, moving, proposing
from royalties.store import scope
from royalties.store.desk import notes, search
from royalties.store.orders import (
    board,
    certificates,
    invoice_list,
    messages,
    money,
    orders,
    values,
)
from royalties.store.payments import accounts as bank_accounts
from royalties.store.payments import payments
from royalties.store.people import people
from royalties.store.statements import documents, portal, statements
from royalties.store.tables import membership
from royalties.store.tables import orders as order_table
from tests.builders.books import TESS, Office, after, closed
from tests.builders.documents import send_documents
from tests.builders.notes import write_note
from tests.builders.orders import (
    REQUESTED,
    accepted,
    an_organization,
    order_of,
    order_setup,
    somebody,
)
from tests.builders.pdfs import a_pdf

ScopedQuery = Callable[..., Any]


class ScopeCase(NamedTuple):
    """A query, and the names of what it finds for two owners and the staff."""

    query: ScopedQuery
    arguments: Mapping[str, object]
    first: Sequence[str]
    second: Sequence[str]
    staff: Sequence[str]
    link: Sequence[str] = ()
    """What somebody finds who came by the link of the first owner's quote."""


def shared(
    query: ScopedQuery,
    first: Sequence[str],
    second: Sequence[str],
    staff: Sequence[str],
    **arguments: object,
) -> ScopeCase:
    """Each owner finds a part of what the staff find."""
    return ScopeCase(query, arguments, first, second, staff)


def firsts(query: ScopedQuery, names: Sequence[str], **arguments: object) -> ScopeCase:
    """What is asked for is the first owner's."""
    return ScopeCase(query, arguments, names, [], names)


def staffs(query: ScopedQuery, names: Sequence[str], **arguments: object) -> ScopeCase:
    """What is asked for is the staff's alone, though it is about an owner."""
    return ScopeCase(query, arguments, [], [], names)


def seconds(query: ScopedQuery, names: Sequence[str], **arguments: object) -> ScopeCase:
    """What is asked for is the second owner's."""
    return ScopeCase(query, arguments, [], names, names)


GUILDS, LEAGUES = "O-2026-0001", "O-2026-0002"
BILL, OTHER_BILL = "I-000001", "I-000002"
FORM, OTHER_FORM = "form of guild", "form of league"
WIRE, OTHER_WIRE = "wire of guild", "wire of league"
LATE = board.OrderFilter(late=date(2030, 1, 1), unshipped=(State.ACCEPTED,))
PAGE = {"order": tuple(State), "limit": 9, "skip": 0}

OF_ORGANIZATIONS = (
    firsts(orders.find_order, [GUILDS], number=GUILDS)._replace(link=[GUILDS]),
    seconds(orders.find_order, [LEAGUES], number=LEAGUES),
    firsts(orders.find_by_id, [GUILDS], order_id=1)._replace(link=[GUILDS]),
    seconds(orders.find_by_id, [LEAGUES], order_id=2),
    firsts(orders.find_by_token, [GUILDS], token=FORM),
    seconds(orders.find_by_token, [LEAGUES], token=OTHER_FORM),
    shared(orders.order_rows, [GUILDS], [LEAGUES], [LEAGUES, GUILDS]),
    seconds(orders.order_rows, [LEAGUES], organization="league"),
    shared(board.cards, [GUILDS], [LEAGUES], [GUILDS, LEAGUES], filters=LATE, **PAGE),
    shared(board.counts, ["accepted: 1"], ["accepted: 1"], ["accepted: 2"], filters=LATE),
    shared(
        board.counts_with_late,
        ["accepted: (1, 1)"],
        ["accepted: (1, 1)"],
        ["accepted: (2, 2)"],
        filters=LATE,
    ),
    shared(values.order_values, [GUILDS], [LEAGUES], [LEAGUES, GUILDS]),
    shared(invoice_list.invoices, [BILL], [OTHER_BILL], [OTHER_BILL, BILL]),
    firsts(money.find_invoice, [BILL], number=BILL),
    seconds(money.find_invoice, [OTHER_BILL], number=OTHER_BILL),
    shared(money.open_invoices, [BILL], [OTHER_BILL], [BILL, OTHER_BILL]),
    seconds(money.open_invoices, [OTHER_BILL], order_id=2),
    firsts(money.invoices_for, [BILL, GUILDS], organization="guild"),
    seconds(money.invoices_for, [OTHER_BILL, LEAGUES], organization="league"),
    firsts(money.receipts_for, [WIRE, BILL], organization="guild"),
    seconds(money.receipts_for, [OTHER_WIRE, OTHER_BILL], organization="league"),
    shared(
        search.order_hits, [GUILDS], [LEAGUES], [LEAGUES, GUILDS], text="O-2026", organizations=[]
    )._replace(link=[GUILDS]),
    shared(search.invoices, [BILL], [OTHER_BILL], [OTHER_BILL, BILL], text="I-0000"),
    shared(search.receipts, [WIRE], [OTHER_WIRE], [OTHER_WIRE, WIRE], text="wire of"),
    firsts(certificates.find_certificate, ["guild.pdf"], number=1),
    seconds(certificates.find_certificate, ["league.pdf"], number=2),
    shared(
        certificates.certificate_rows, ["guild.pdf"], ["league.pdf"], ["league.pdf", "guild.pdf"]
    ),
    seconds(certificates.certificate_rows, ["league.pdf"], organization="league"),
    firsts(messages.find_file, ["to guild.pdf"], number=GUILDS, file_id=1),
    seconds(messages.find_file, ["to league.pdf"], number=LEAGUES, file_id=2),
    firsts(people.members_of_organization, ["Olga"], organization="guild"),
    seconds(people.members_of_organization, ["Lena"], organization="league"),
)
"""The guild is first, the league second: each has one order, invoice, receipt, paper and file."""

SEATTLES, HOUSTONS = ["2025-H1-004"], ["2025-H1-002", "2025-H1-003"]
EVERYBODYS = [f"2025-H1-00{place}" for place in range(1, 7)]
TWICE = [HOUSTONS[0], HOUSTONS[0], HOUSTONS[1], HOUSTONS[1]]
PERIOD = 4050  # 2025-H1
TO_PAY = [EVERYBODYS[0], HOUSTONS[1], SEATTLES[0], EVERYBODYS[5]]
PAID = ["P-000004", "P-000003", "P-000002", "P-000001"]
ABOUT_SEATTLE: Mapping[str, object] = {"subject": NoteSubject.BENEFICIARY, "key": "seattle"}

OF_NONPROFITS = (
    shared(statements.numbers_of, SEATTLES, HOUSTONS, EVERYBODYS, period_id=PERIOD),
    firsts(statements.find_statement, SEATTLES, number=SEATTLES[0]),
    seconds(statements.find_statement, HOUSTONS[:1], number=HOUSTONS[0]),
    shared(statements.statement_rows, SEATTLES, HOUSTONS, EVERYBODYS),
    firsts(statements.statement_rows, SEATTLES, beneficiary="seattle"),
    seconds(statements.statement_rows, HOUSTONS, beneficiary="houston"),
    shared(
        statements.neighbours,
        SEATTLES,
        HOUSTONS[1:],
        [*SEATTLES, EVERYBODYS[5]],
        period_id=PERIOD,
        place=5,
    ),
    firsts(portal.settled_periods, SEATTLES, beneficiary="seattle"),
    seconds(portal.settled_periods, HOUSTONS, beneficiary="houston"),
    firsts(portal.contents, SEATTLES, beneficiary="seattle", numbers=EVERYBODYS),
    seconds(portal.contents, HOUSTONS, beneficiary="houston", numbers=EVERYBODYS),
    firsts(portal.issued_files, SEATTLES * 2, beneficiary="seattle", numbers=EVERYBODYS),
    seconds(portal.issued_files, TWICE, beneficiary="houston", numbers=EVERYBODYS),
    shared(payments.set_aside, SEATTLES, HOUSTONS[1:], TO_PAY, everything=True),
    shared(payments.payments, ["P-000003"], ["P-000002"], PAID),
    firsts(bank_accounts.find_account, ["Seattle Fund"], number=1),
    seconds(bank_accounts.find_account, ["Houston Fund"], number=2),
    firsts(bank_accounts.accounts_of, ["Seattle Fund"], beneficiary="seattle"),
    seconds(bank_accounts.accounts_of, ["Houston Fund"], beneficiary="houston"),
    shared(
        bank_accounts.proposed_accounts,
        ["Seattle Fund"],
        ["Houston Fund"],
        ["Seattle Fund", "Houston Fund"],
        limit=9,
    ),
    firsts(documents.find_document, ["seattle.pdf"], number=1),
    shared(documents.find_document, [], [], ["hidden.pdf"], number=2),
    seconds(documents.find_document, ["houston.pdf"], number=3),
    shared(documents.find_document, [], [], ["nobody's.pdf"], number=4),
    shared(
        documents.documents_of,
        ["seattle.pdf"],
        [],
        ["seattle.pdf", "hidden.pdf"],
        beneficiary="seattle",
    ),
    seconds(documents.documents_of, ["houston.pdf"], beneficiary="houston"),
    shared(documents.unassigned_documents, [], [], ["nobody's.pdf"], limit=9),
    staffs(notes.find_note, ["Who signs?"], number=1),
    staffs(notes.notes_about, ["Who signs?"], **ABOUT_SEATTLE, limit=9),
    staffs(notes.notes_in_force, ["Who signs?"], **ABOUT_SEATTLE, limit=9),
    staffs(notes.all_notes, ["Who signs?"], limit=9),
    staffs(notes.open_questions, ["Who signs?"], limit=9),
    staffs(notes.open_for, ["Who signs?"], limit=9),
    staffs(notes.answers_to, ["Sam does."], questions=[1]),
    staffs(notes.files_of, ["letter.pdf"], numbers=[1, 2]),
    staffs(notes.find_file, ["letter.pdf"], number=1),
    shared(search.statements, SEATTLES, HOUSTONS, EVERYBODYS, text="2025-H1"),
    firsts(people.members, ["Sam"], beneficiary="seattle"),
    seconds(people.members, ["Hal"], beneficiary="houston"),
)
"""Seattle is first, Houston second: they have one and two statements of a closed period."""


def two_organizations(office: Office) -> None:
    """The guild and the league have each of what an organization has."""
    office.system.migrate()
    payers = [an_organization(key, net_terms=False) for key in ("guild", "league")]
    office.load(order_setup(organizations=payers))
    for place, (key, name) in enumerate((("guild", "Olga"), ("league", "Lena")), start=1):
        actor = somebody(office, name, Role.ORGANIZATION, key)
        number = accepted(office, actor, replace(REQUESTED, need_by=date(2026, 10, 1)))
        with office.work() as work:
            of = order_table.c.number == number
            values = {"token": f"form of {key}"}
            work.connection.execute(update(order_table).where(of).values(values))
        version = order_of(office, number).version
        with office.work() as work:
            invoicing.invoice_deposit(work, number, version=version, token=key)
        with office.work() as work:
            invoice, wire = f"I-00000{place}", f"wire of {key}"
            receivables.receive(work, invoice, 100, work.today, wire, key)
        with office.system.work(actor) as work:
            paper = tax.AttachmentUpload(f"{key}.pdf", io.BytesIO(a_pdf()))
            tax.upload(work, key, "US-WA", date(2026, 1, 2), date(2027, 1, 1), paper)
            attached = order_messages.AttachmentUpload(f"to {key}.pdf", io.BytesIO(a_pdf()))
            order_messages.post(work, number, "As promised.", [attached])


def two_nonprofits(office: Office) -> None:
    """A period is closed, and somebody of two nonprofits may look at their statements."""
    closed(office)
    for name, key in (("Sam", "seattle"), ("Hal", "houston")):
        member = somebody(office, name, Role.NONPROFIT).person
        with office.work() as work:
            belongs = insert(membership).values(person_id=member, beneficiary=key)
            work.connection.execute(belongs)
    for name, key, year, visible in (
        ("seattle.pdf", "seattle", "2023", True),
        ("hidden.pdf", "seattle", "2022", False),
        ("houston.pdf", "houston", "2023", True),
        ("nobody's.pdf", "", "", False),
    ):
        data = {name: b"%PDF " + name.encode()}
        send_documents(office, data, beneficiary=key, period=year, visible=visible)
    about = (NoteSubject.BENEFICIARY, "seattle")
    write_note(office, "Who signs?", about=about, is_question=True)
    write_note(office, "Sam does.", answers=1, files={"letter.pdf": b"%PDF a letter"})
    all_paid(office)
    with office.work() as work:
        for key, number in (("seattle", "5550009012"), ("houston", "5550003456")):
            account = UsAccount("021000021", number)
            accounts.enter(work, key, account, f"{key.capitalize()} Fund", "letter of 3 May")


def all_paid(office: Office) -> None:
    """What the close set aside is sent, each payment under its own name."""
    maker, checker = (somebody(office, name, Role.MANAGER) for name in ("Max", "Mia"))
    with office.system.work(maker) as work:
        made = proposing.propose_payments(work, "scope")
    with office.system.work(checker) as work:
        approving.approve(work, made.number, signed=made.payments)
        moving.send(work, made.payments, work.today, Method.WIRE)


def names_in(answer: Any) -> list[str]:
    """What the rows of an answer are called, in their order; counts with what they count."""
    if isinstance(answer, str):
        return [json.loads(answer)["number"] if answer.startswith("{") else answer]
    if isinstance(answer, Mapping):
        return [f"{key}: {value}" for key, value in answer.items()]
    for called in ("number", "statement", "reference", "name", "text", "holder"):
        if hasattr(answer, called):
            return [getattr(answer, called)]
    return [name for each in answer or () if each for name in names_in(each)]


def check(connection: Connection, cases: Sequence[ScopeCase], first: Actor, second: Actor) -> None:
    """Ask each query in the name of everybody, of those who belong to nothing too."""
    link = Actor("a link", Role.ORGANIZATION, order=1)
    memberless = replace(first, organizations=frozenset(), beneficiaries=frozenset())
    actors = (first, second, TESS, link, memberless, ANONYMOUS)
    wrong = []
    for query, arguments, *owned in cases:
        found = [names_in(query(connection, actor, **arguments)) for actor in actors]
        if found != [*map(list, owned), [], []]:
            wrong.append(f"{query.__name__} {arguments}: {found}")
    assert not wrong, "\n".join(wrong)


@after(two_organizations)
def test_organization_finds_only_its_own_entries(office: Office) -> None:
    guild = Actor("Olga", Role.ORGANIZATION, 1, organizations=frozenset({"guild"}))
    league = Actor("Lena", Role.ORGANIZATION, 2, organizations=frozenset({"league"}))
    with office.work(read_only=True) as work:
        check(work.connection, OF_ORGANIZATIONS, guild, league)


@after(two_nonprofits)
def test_nonprofit_finds_only_its_own_entries(office: Office) -> None:
    seattle = Actor("Sam", Role.NONPROFIT, 1, frozenset({"seattle"}))
    houston = Actor("Hal", Role.NONPROFIT, 2, frozenset({"houston"}))
    with office.work(read_only=True) as work:
        check(work.connection, OF_NONPROFITS, seattle, houston)
        assert statements.neighbours(work.connection, seattle, PERIOD, 99) == (SEATTLES[0], None)


def scoped_queries() -> set[ScopedQuery]:
    """Every public function of the store that is told who looks."""
    modules = [
        import_module(each.name)
        for each in walk_packages(royalties.store.__path__, "royalties.store.")
    ]
    return {
        function
        for module in modules
        if module is not scope
        for name, function in getmembers(module, isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and any(each.annotation is Actor for each in signature(function).parameters.values())
    }


def test_every_scoped_query_is_in_a_table() -> None:
    assert {case.query for case in (*OF_ORGANIZATIONS, *OF_NONPROFITS)} == scoped_queries()
