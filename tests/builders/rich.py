"""Books in which every page has something to show, and people at work in them."""

import io
import json
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from sqlalchemy import insert

from royalties.adapters.credentials import fingerprint
from royalties.cli.jobs import work_once
from royalties.domain.notes import NoteSubject
from royalties.domain.payments.accounts import IbanAccount, UsAccount
from royalties.domain.payments.life import Method, name_of
from royalties.domain.payments.tax_deposits import DepositForm
from royalties.domain.people import Actor, Role
from royalties.ingest.payments.recognised import read_bank_file
from royalties.services import approvals
from royalties.services.approvals import set_two_people
from royalties.services.desk import listing, notes, saved_filters
from royalties.services.payments import (
    accounts,
    approving,
    bank_lines,
    batch_files,
    moving,
    proposing,
    tax_deposits,
)
from royalties.services.payments.bank_files import ReadFile, bookings_of
from royalties.services.people.staff import invite
from royalties.services.periods import approval as closing
from royalties.services.periods import checklist
from royalties.services.sales import manual_entry as entering
from royalties.services.sales import sheets, uploads
from royalties.services.statements.sending import send as send_statements
from royalties.services.terms import amending as terms
from royalties.services.terms import loading
from royalties.services.terms.catalogue import save_sample
from royalties.services.terms.lists import ListKind
from royalties.services.terms.replacing import CONFIRMED
from royalties.store.payments.payments import PaymentRow
from royalties.store.tables import colleague, link
from tests.builders import bank, books
from tests.builders.bank import Booked
from tests.builders.books import (
    HARDCOVER,
    UNKNOWN,
    Document,
    Office,
    a_beneficiary,
    a_plan,
    a_row,
    a_setup,
    remainder,
)
from tests.builders.documents import PDF, send_documents
from tests.builders.keyed import Keyed, keyed, keyed_rows, keyed_setup
from tests.builders.notes import write_note
from tests.builders.rich_orders import a_request_waits, orders_in_many_states
from tests.builders.sent import as_file, send
from tests.builders.site import Site, open_site
from tests.builders.titles import public

CLOSED, OPEN = "2025-H1", "2025-H2"

ALIAS = "OLD-LIST-7"
"""An identifier that was matched by hand."""

UPLOAD_WRONG, UPLOAD_GOOD = 1, 2
"""Numbers of uploads: one with problems, one that may be recorded."""

MAPPED: Document = {
    "key": "river",
    "name": "River Books, monthly",
    "retailer": "hub",
    "columns": {"isbn": "EAN", "date": "Sold on", "kind": "Type", "units": "Qty", "net": "Payable"},
    "currency": "USD",
    "kinds": {"KENP Read": "usage"},
    "only": {"Verified": ["Yes"]},
    "leave_out": {"Status": ["Pending", ""]},
    "ends_at": "Summary",
    "answers": {"decimal": "."},
}
"""A mapped report."""

LIST_GOOD, LIST_WRONG, LIST_OPEN, LIST_OF_BENEFICIARIES = 1, 2, 3, 4
"""Numbers of jobs that read lists: one that may be saved, one with faults, one with questions."""

CLOSE, CONTRACT_CHANGE, PLAN_CHANGE, NEW_BENEFICIARY, NEW_PLAN, FILE_WITHDRAWN = range(1, 7)
"""Numbers of proposals that wait; the new plan gives to the new beneficiary."""

SPRING, AUTUMN, NOVEMBER, TYPED = 1, 2, 3, 4
"""Numbers of imports: a closed one, an open one, one with rows that wait, one typed by hand."""

CLERK, MANAGER, ADMINISTRATOR, NONPROFIT, OTHER_NONPROFIT, INVITED, COLLEAGUE = range(1, 8)
"""Numbers of people; the colleague is the nonprofit's."""

BANK_PROPOSED, BANK_CONFIRMED = 1, 2
"""Numbers of bank details: Seattle's, which wait, and the author's, which are in force."""

OLD_SHOWN, OLD_HIDDEN, OLD_OF_HOUSTON, OLD_UNSORTED = range(1, 5)
"""Numbers of earlier statements: two of Seattle, one of Houston, one that is not filed."""

NOTE, SETTLED, ANSWER, OPEN_QUESTION, WITHDRAWN = range(1, 6)
"""Numbers of notes: of the contract, with a file; of a retailer, answered; of Seattle; of a period."""

NOTE_FILE = 1

FILTER_OF_ALL, FILTER_OF_CLERK = 1, 2
"""Numbers of saved filters: one that everybody has, and the clerk's own."""

FILED, BATCH = 1, 2
ARRIVED, ON_ITS_WAY, TO_APPROVE, TO_SEND = 1, 2, 3, 4
DEPOSIT = 1
"""Numbers of batches of payments, the first with its file, and of their payments, two of each."""

OLGA, LEA = 8, 9
"""Numbers of the guild's and the league's own people."""

INVITATION, RESET = "an-invitation", "a-reset"
JOINING = "an-invitation-of-colleagues"
JOINS = 1
"""Number of the invitation to Seattle that somebody of Houston got."""
"""What links in e-mails hold."""


def opened(office: Office) -> None:
    """The setup is loaded, with keys that no page may show."""
    books.opened(Keyed.of(office))


def rich(office: Office) -> None:
    """A closed half whose statements were sent; an open one that is prepared for its close.

    No key of the setup is a word of a name: a page that shows one is found.
    """
    office = Keyed.of(office)
    public(office)
    with office.work() as work:
        title = terms.find_entry(work, "titles", keyed("collab"))
        assert title is not None
        save_sample(work, keyed("collab"), 2, b"%PDF-1.7 a chapter", title.id)
    site = open_site(office)
    clerk = _people(office, site)
    office.bring_batch(
        [a_row(2, date="2025-11-20", isbn=UNKNOWN), a_row(3, date="2025-11-21")], "november.csv"
    )
    _typed(office, clerk)
    orders_in_many_states(office)
    a_request_waits(office)
    _uploads(office, clerk)
    _lists(office)
    office.alias(ALIAS, HARDCOVER)
    _payments(office, clerk)
    _prepared(office, clerk)
    _amended(office, clerk)
    _file_withdrawn(office)
    _earlier_statements(office, clerk)
    _bank_details(office, site)
    _notes(office, clerk)
    _filters(office, clerk)
    send_statements(office.work, period=CLOSED)


def _people(office: Office, site: Site) -> Actor:
    """Somebody of each kind, who have addresses; returns the clerk."""
    clerk = site.somebody(Role.CLERK, "Cleo Marsh")
    site.somebody(Role.MANAGER, "Mona Reyes")
    site.somebody(Role.ADMINISTRATOR, "Ada Quint")
    site.somebody(Role.NONPROFIT, "Sam Seattle", beneficiaries=(keyed("seattle"),))
    site.somebody(Role.NONPROFIT, "Hal Houston", beneficiaries=(keyed("houston"),))
    with office.work() as work:
        invite(work, "ivy@example.org", "Ivy Invited", Role.NONPROFIT, [keyed("tacoma")])
        set_two_people(work, on=True)
        for token, purpose, number in (
            (INVITATION, "invitation", INVITED),
            (RESET, "reset", NONPROFIT),
        ):
            work.connection.execute(
                insert(link).values(
                    hash=fingerprint(token),
                    purpose=purpose,
                    person_id=number,
                    created_at=work.at,
                    expires_at=work.at + timedelta(hours=1),
                )
            )
        work.connection.execute(
            insert(colleague).values(
                hash=fingerprint(JOINING),
                role="nonprofit",
                house=keyed("seattle"),
                email="hal.houston@example.org",
                name="Hal",
                created_at=work.at,
                created_by="Sam Seattle",
                expires_at=work.at + timedelta(hours=1),
            )
        )
    site.somebody(Role.NONPROFIT, "Cora Seattle", beneficiaries=(keyed("seattle"),))
    beneficiaries = [
        {**each, "email": f"desk@{each['key']}.example.org"} for each in a_setup()["beneficiaries"]
    ]
    office.load({"beneficiaries": beneficiaries, "reports": [MAPPED]})
    return clerk


def _payments(office: Office, clerk: Actor) -> None:
    """Two batches with payments in every state: arrived, on its way, to approve, to send."""
    mona = Actor("Mona Reyes", Role.MANAGER, MANAGER)
    later = {(keyed("houston"), "USD"): 0, (keyed("tacoma"), "USD"): 0}
    with office.system.work(clerk) as work:
        note = "The first half, as agreed"
        first = proposing.propose_payments(work, "rich 1", note=note, wanted=later)
        second = proposing.propose_payments(work, "rich 2")
    with office.system.work(mona) as work:
        for each in (first, second):
            approving.approve(work, each.number, signed=each.payments)
    with office.system.work(mona) as work:
        form, day = DepositForm.BACKUP, work.today
        tax_deposits.record(work, "rich 3", form, "USD", 12_00, day, reference="EFTPS 4711")
    with office.system.work(clerk) as work:
        batch_files.make_file(work, first.number, work.today)
        sent = moving.send(work, first.payments, work.today, Method.FILE, "ACH 4711")
        moving.settle(work, [ARRIVED], work.today)
        bank_lines.import_bank_file(work, _statement(work.today, sent))
        proposing.hold_back(work, TO_APPROVE, 100, "The rest once the address is known")


def _statement(day: date, sent: list[PaymentRow]) -> ReadFile:
    """What a bank says: one arrived, one came back, which waits for a manager, and the others."""
    arrived, back = (next(row for row in sent if row.id == each) for each in (ARRIVED, ON_ITS_WAY))
    booked = [
        Booked(day, -arrived.net, name_of(ARRIVED), currency=arrived.currency),
        Booked(day, back.net, name_of(ON_ITS_WAY), "RETURN ITEM", "AC04", back.currency),
        Booked(day, -back.net - 1, name_of(ON_ITS_WAY), "", "", back.currency),
        Booked(day, -1_250_00, "", "Office rent, August", "", back.currency),
    ]
    file = read_bank_file(bank.camt(booked))
    assert not file.problems
    return ReadFile("august.xml", "camt.053", "0" * 64, bookings_of(file))


def typed(**cells: str) -> tuple[str, ...]:
    """A row of the sheet in which sales are typed."""
    values = {
        "date": "2025-10-04",
        "isbn": HARDCOVER,
        "kind": "sale",
        "units": "2",
        "currency": "USD",
        "list_price": "85.00",
        "discount": "10",
        **cells,
    }
    return tuple(values.get(field, "") for field in sheets.FIELDS)


def _typed(office: Office, clerk: Actor) -> None:
    sheet = sheets.Draft(keyed("amazon"), (typed(), typed(units="5")), "a-page")
    units, choices = partial(office.system.work, clerk), {"decimal": ".", "date_order": "mdy"}
    warned = entering.enter(units, sheet, choices=choices).warnings
    confirmed = [each.key for each in warned]
    done = entering.enter(units, sheet, choices=choices, confirmed=confirmed)
    assert done.batch == TYPED, done
    with office.system.work(clerk) as work:
        sheets.save(work, replace(sheet, retailer=keyed("bay"), token="another"))  # noqa: S106 - no secret


def _uploads(office: Office, clerk: Actor) -> None:
    wrong = [a_row(3, date="2025-12-02"), {**a_row(2), "units": "six"}, a_row(2, isbn="978")]
    assert send(office, clerk, as_file(keyed_rows(wrong)), "december.csv").id == UPLOAD_WRONG
    good = [a_row(3, date="2025-12-02"), a_row(1, date="2025-12-03", isbn=UNKNOWN)]
    assert send(office, clerk, as_file(keyed_rows(good)), "december mended.csv").id == UPLOAD_GOOD
    with office.system.work(clerk, read_only=True) as work:
        rows = uploads.preview_rows(work, UPLOAD_WRONG)
    with office.system.work(clerk) as work:
        uploads.save_first_rows(work, UPLOAD_WRONG, rows)


GOOD_TITLES = """\
ISBN,Title,Subtitle,Authors,Format,Published,Price USD,Price GBP,Shelf
9781442200012,The Collab,,Kim Foote,HB,2015-07-01,90.00,60.00,A
9780306406157,Tides of Elsewhere,A Year on Four Coasts,Ada Quill,PB,2025-09-02,21.50,,B
9781402894626,Tides of Elsewhere,A Year on Four Coasts,Ada Quill,EPUB,2025-09-02,12.99,,B
"""
WRONG_TITLES = GOOD_TITLES.replace("9780306406157", "9780306406158").replace("12.99", "a lot")
OPEN_TITLES = GOOD_TITLES.replace("EPUB", "Mug").replace("2025-09-02", "2/9/2025")
SOME_BENEFICIARIES = """\
Payee,Address,City,State,Country,E-mail,Minimum payment,Tax withheld
Seattle Readers,1 Quay St; Seattle WA 98101,Seattle,WA,US,desk@seattle.example.org,25.00,0
Portland Readers,2 Mill Ln,Portland,OR,US,desk@portland.example.org,,24 %
"""


def _lists(office: Office) -> None:
    mona = Actor("Mona Reyes", Role.MANAGER, MANAGER)
    for number, kind, text in (
        (LIST_GOOD, ListKind.TITLES, GOOD_TITLES),
        (LIST_WRONG, ListKind.TITLES, WRONG_TITLES),
        (LIST_OPEN, ListKind.TITLES, OPEN_TITLES),
        (LIST_OF_BENEFICIARIES, ListKind.BENEFICIARIES, SOME_BENEFICIARIES),
    ):
        stored = listing.store_sent(office.system.files, io.BytesIO(text.encode()), f"{kind}.csv")
        with office.system.work(mona) as work:
            assert listing.send(work, kind, stored, {}) == number
        assert work_once(office.system)


def _prepared(office: Office, clerk: Actor) -> None:
    with office.system.work(clerk) as work:
        points = checklist.outlook(work, OPEN).exceptions
        assert points is not None
        for point in points.all:
            closing.explain_point(work, OPEN, point.subject, point.figure, "The autumn's list")
        assert closing.prepare(work, OPEN, "All reports are in.") == CLOSE


def _earlier_statements(office: Office, clerk: Actor) -> None:
    mona = Actor("Mona Reyes", Role.MANAGER, MANAGER)
    for name, key, shown in (
        ("Seattle 2023-H2.pdf", keyed("seattle"), True),
        ("Seattle 2022.xls", keyed("seattle"), False),
        ("Houston 2023-H2.pdf", keyed("houston"), True),
    ):
        kept = send_documents(
            office,
            {name: PDF + name.encode()},
            mona,
            beneficiary=key,
            note="As mailed",
            visible=shown,
        )
        assert kept.kept
    assert send_documents(office, {"scan 17.pdf": PDF}, clerk).kept == (OLD_UNSORTED,)


def _bank_details(office: Office, site: Site) -> None:
    """Details of the author's are confirmed; those that Seattle entered wait."""
    seattle = Actor("Sam Seattle", Role.NONPROFIT, NONPROFIT, frozenset({keyed("seattle")}))
    mona = Actor("Mona Reyes", Role.MANAGER, MANAGER)
    ours = UsAccount("021000021", "5550009012")
    theirs = IbanAccount("DE89370400440532013000")
    with office.system.work(seattle) as work:
        assert accounts.enter(work, keyed("seattle"), ours, "Seattle Fund") == BANK_PROPOSED
    with office.work() as work:
        letter = "letter of 3 May"
        assert accounts.enter(work, keyed("author"), theirs, "Ann Author", letter) == BANK_CONFIRMED
    with office.system.work(mona) as work:
        accounts.confirm(work, BANK_CONFIRMED, "called Ann at the number of the contract")


def _notes(office: Office, clerk: Actor) -> None:
    mona = Actor("Mona Reyes", Role.MANAGER, MANAGER)
    contract = (NoteSubject.CONTRACT, keyed("foot-2015"))
    retailer = (NoteSubject.RETAILER, keyed("hub"))
    letter = {"Letter of June.pdf": PDF}
    words = "The rate was agreed by telephone.\nThe letter follows."
    assert write_note(office, words, clerk, about=contract, files=letter) == NOTE
    asked = "Is the report of August still to come?"
    assert write_note(office, asked, clerk, about=retailer, is_question=True) == SETTLED
    with office.system.work(mona) as work:
        notes.answer(work, SETTLED, "They sent it twice; it is in.", resolves=True)
    payee = (NoteSubject.BENEFICIARY, keyed("seattle"))
    asked = "Whose address is it now?"
    assert write_note(office, asked, clerk, about=payee, is_question=True) == OPEN_QUESTION
    period = (NoteSubject.PERIOD, OPEN)
    assert write_note(office, "Close it early.", mona, about=period) == WITHDRAWN
    with office.system.work(mona) as work:
        notes.withdraw(work, WITHDRAWN, "It can wait")


def _filters(office: Office, clerk: Actor) -> None:
    returns = {"kind": "return", "retailer": keyed("amazon")}
    gone = {"retailer": keyed("nobody"), "kind": "return"}
    with office.system.work(clerk) as work:
        saved = saved_filters.save_filter(work, "sales", "Returns", returns, shared=True)
        assert saved == FILTER_OF_ALL
        saved = saved_filters.save_filter(work, "sales", "Of one that is gone", gone)
        assert saved == FILTER_OF_CLERK


def _amended(office: Office, clerk: Actor) -> None:
    setup = keyed_setup(a_setup())
    contract: Document = dict(setup["contracts"][0])
    contract["rules"] = [*contract["rules"][:-1], {**contract["rules"][-1], "rate": "0.12"}]
    _save(office, clerk, "contracts", contract)
    plan: Document = dict(setup["plans"][1])
    later = {"from": "2026-01-01", "steps": [remainder(keyed("author"))]}
    _save(office, clerk, "plans", {**plan, "versions": [*plan["versions"], later]})
    _save(office, clerk, "beneficiaries", a_beneficiary(keyed("rivers"), name="Rivers Trust"))
    first = a_plan(keyed("delta"), remainder(keyed("rivers")))
    _save(office, clerk, "plans", {**first, "name": "All to the rivers"})


def _file_withdrawn(office: Office) -> None:
    """A setup file with a change and a new entry, which was taken back."""
    mona = Actor("Mona Reyes", Role.MANAGER, MANAGER)
    houston = a_beneficiary(keyed("houston"), name="Houston Readers", minimum_payment="15.00")
    listed = {"beneficiaries": [houston, a_beneficiary(keyed("lakes"), name="Lakes Trust")]}
    files = office.system.files
    sent, _ = files.keep_enclosure(io.BytesIO(json.dumps(listed).encode()), loading.LARGEST)
    with office.system.work(mona) as work:
        seen = loading.preview(work, files.enclosure(sent), "autumn.json").seen
        saved = loading.save(
            work, files.enclosure(sent), "autumn.json", seen=seen, confirmed=CONFIRMED
        )
        assert saved.proposal == FILE_WITHDRAWN
    with office.system.work(mona) as work:
        approvals.withdraw(work, FILE_WITHDRAWN, "The minimum is not agreed yet")
    files.drop_enclosure(sent)


def _save(office: Office, clerk: Actor, part: str, body: Document) -> None:
    with office.system.work(clerk) as work:
        found = terms.find_entry(work, part, body["key"])
        terms.save(
            work,
            part,
            body,
            revision=found.id if found else 0,
            note="As agreed in August.",
            confirmed=CONFIRMED,
        )
