"""Who gets what from which address: one table, by endpoint, over the books of ``rich``.

A route that is not in the table fails the walk, so that nobody forgets to say who may.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from royalties.domain.people import (
    ADMINISTRATORS,
    EVERYBODY,
    FINANCE,
    MANAGERS,
    NONPROFITS,
    ORGANIZATIONS,
    Role,
)
from tests.builders import rich
from tests.builders import rich_orders as orders
from tests.builders.books import HARDCOVER, UNKNOWN
from tests.builders.site import PASSWORD

Values = Mapping[str, object]
NUMBER = 999_999


@dataclass(frozen=True, slots=True)
class Row:
    """One endpoint.

    Attributes:
        look: the roles that see it; None: it is not looked at.
        send: the roles whose form is taken; None: nothing is sent to it.
        own: values of the address for something that is there (and the visitor's own).
        foreign: values for another nonprofit's things; each answers like what is missing.
        missing: values for what is not there at all.
        whose: whose alone it is, of identities of one audience; for the others it is foreign.
        form: what is sent.
        page: where the form stands, if it is sent as it stands there (``form`` amends it).
        query: what is asked for behind the address.
    """

    look: frozenset[Role] | None = None
    send: frozenset[Role] | None = None
    own: Values = field(default_factory=dict)
    foreign: tuple[Values, ...] = ()
    missing: Values | None = None
    whose: str = ""
    form: Values = field(default_factory=dict)
    page: str = ""
    query: str = ""


_TODAY = "2026-08-20"
_BATCH: Values = {"number": rich.BATCH}
_FILED: Values = {"number": rich.FILED}
_TO_APPROVE: Values = {"number": rich.TO_APPROVE}
_TO_SEND: Values = {"number": rich.TO_SEND}
_SENT: Values = {"method": "wire", "sent_on": _TODAY, "reference": "FED 12"}
_ON_ITS_WAY: Values = {"number": rich.ON_ITS_WAY}
_NO_PERIOD: Values = {"period": "2031-H1"}
_OPEN: Values = {"period": rich.OPEN}
_CLOSED: Values = {"period": rich.CLOSED}
_NO_NUMBER: Values = {"number": NUMBER}
_NO_KEY: Values = {"key": "nobody"}
_MAPPED: Values = {"key": "zq-river"}
_TITLES: Values = {"kind": "titles"}
_LIST: Values = {**_TITLES, "number": rich.LIST_GOOD}
_TITLE, _RETAILER = {"key": "zq-collab"}, {"key": "zq-amazon"}
_CONTRACT, _PLAN = {"key": "zq-foot-2015"}, {"key": "zq-cities"}
_OWN: Values = {"key": "zq-seattle"}
_FOREIGN: Values = {"key": "zq-houston"}
_SEATTLES, _HOUSTONS, _NOBODYS = "2025-H1-004", "2025-H1-002", "2025-H1-999"
_BANK: Values = {"number": rich.BANK_PROPOSED}
_BANK_IN_FORCE: Values = {"key": "zq-author", "number": rich.BANK_CONFIRMED}
_BANK_FORM: Values = {
    "kind": "us",
    "holder": "Seattle Fund",
    "routing": "021000021",
    "number": "5550001234",
    "again": "5550001234",
    "type": "checking",
    "source": "letter of 3 May",
}
_OLD: Values = {"number": rich.OLD_SHOWN}
_ABOUT: Values = {"subject": "contracts", "key": "zq-foot-2015"}
_QUESTION: Values = {"number": rich.OPEN_QUESTION}
_FILTER: Values = {"number": rich.FILTER_OF_ALL}
_LINE: Values = {"period": rich.OPEN, "key": "zq-foot-2015", "number": 1}


def _desk(look: frozenset[Role] | None = FINANCE, /, **more: object) -> Row:
    return Row(look, **more)  # type: ignore[arg-type]  # checked where rows are written


def _portal(own: Values | None = None, /, **more: object) -> Row:
    """A page of the portal, which is another nonprofit's under another key."""
    values = own or {}
    return Row(
        None if "send" in more else NONPROFITS,
        own={**_OWN, **values},
        foreign=({**_FOREIGN, **values},),
        missing={**_NO_KEY, **values},
        **more,  # type: ignore[arg-type]  # checked where rows are written
    )


def _statement(**more: object) -> Row:
    """A statement of the portal: not another's, neither under its key nor under one's own."""
    return Row(
        NONPROFITS,
        own={**_OWN, "number": _SEATTLES, **more},
        foreign=(
            {**_FOREIGN, "number": _HOUSTONS, **more},
            {**_OWN, "number": _HOUSTONS, **more},
            {**_FOREIGN, "number": _SEATTLES, **more},
        ),
        missing={**_OWN, "number": _NOBODYS, **more},
    )


def _statement_of_desk(look: frozenset[Role] | None = None, /, **more: object) -> Row:
    kind = {"kind": "workbook"} if more.pop("kind", False) else {}
    return Row(
        look,
        own={"number": _SEATTLES, **kind},
        missing={"number": _NOBODYS, **kind},
        **more,  # type: ignore[arg-type]  # checked where rows are written
    )


def _proposal(number: int, **more: object) -> Row:
    return Row(own={"number": number}, missing=_NO_NUMBER, **more)  # type: ignore[arg-type]


def _close(**more: object) -> Row:
    own = {"period": rich.OPEN, "number": rich.CLOSE}
    return Row(own=own, missing={**own, "number": NUMBER}, **more)  # type: ignore[arg-type]


def _person(number: int = rich.CLERK, **more: object) -> Row:
    return Row(
        send=ADMINISTRATORS,
        own={"number": number},
        missing=_NO_NUMBER,
        **more,  # type: ignore[arg-type]
    )


_ACCOUNT = {
    "account.root": Row(EVERYBODY),
    "account.sign_in": Row(EVERYBODY, EVERYBODY),
    "account.second_factor": Row(EVERYBODY, EVERYBODY),
    "account.sign_out": Row(send=EVERYBODY),
    "account.account": Row(EVERYBODY, EVERYBODY, form={"name": "Some Body", "locale": "en_GB"}),
    "told.told": Row(FINANCE, FINANCE),
    "account.password": Row(send=EVERYBODY),
    "account.end_session": Row(send=EVERYBODY, form={"session": "0" * 64}),
    "account.sign_out_everywhere": Row(send=EVERYBODY),
    "factor.set_up": Row(EVERYBODY, EVERYBODY),
    "factor.skip": Row(send=EVERYBODY),
    "factor.renew_codes": Row(EVERYBODY, EVERYBODY, form={"password": PASSWORD}),
    "links.forgotten": Row(EVERYBODY, EVERYBODY, form={"email": "nobody@example.org"}),
    "links.first_administrator": Row(EVERYBODY, EVERYBODY, own={"token": "nothing"}),
    "logo.logo": Row(EVERYBODY, own={"mark": "nothing"}),
    "links.invitation": Row(
        EVERYBODY,
        EVERYBODY,
        own={"token": rich.INVITATION},
        missing={"token": "nothing"},
        form={
            "name": "Ivy Invited",
            "new": "many small boats at sea",
            "again": "many small boats at sea",
        },
    ),
    "links.reset": Row(
        EVERYBODY,
        EVERYBODY,
        own={"token": rich.RESET},
        missing={"token": "nothing"},
        form={"new": "many small boats at sea", "again": "many small boats at sea"},
    ),
}
_SALES = {
    "home.home": _desk(),
    "home.no_openings": Row(send=MANAGERS),
    "house.house": Row(ADMINISTRATORS, ADMINISTRATORS),
    "house.leave": Row(ADMINISTRATORS, ADMINISTRATORS),
    "house.sandbox": Row(send=ADMINISTRATORS),
    "lists.choose": _desk(MANAGERS, own=_TITLES),
    "lists.template": _desk(own={**_TITLES, "file": "xlsx"}),
    "lists.send": Row(send=MANAGERS, own=_TITLES),
    "lists.look": _desk(MANAGERS, own=_LIST, missing={**_LIST, **_NO_NUMBER}),
    "lists.answer": Row(send=MANAGERS, own=_LIST, missing={**_LIST, **_NO_NUMBER}),
    "lists.save": Row(send=MANAGERS, own=_LIST, missing={**_LIST, **_NO_NUMBER}),
    "setup_files.look": Row(send=MANAGERS),
    "setup_files.save": Row(send=MANAGERS),
    "setup_files.again": _desk(MANAGERS, own={"number": rich.FILE_WITHDRAWN}, missing=_NO_NUMBER),
    "setup_files.prepare_again": _proposal(rich.FILE_WITHDRAWN, send=MANAGERS),
    "setup_files.setup_file": _desk(MANAGERS),
    "home.search": _desk(query="?q=The+Collab"),
    "importing.uploads": _desk(),
    "importing.send": Row(send=FINANCE),
    "importing.batch": _desk(own={"number": rich.AUTUMN}, missing=_NO_NUMBER),
    "importing.received_file": _desk(own={"number": rich.AUTUMN}, missing=_NO_NUMBER),
    "importing.undo": Row(send=FINANCE, own={"number": rich.AUTUMN}, missing=_NO_NUMBER),
    "importing.correct": Row(send=MANAGERS, own={"number": rich.SPRING}, missing=_NO_NUMBER),
    "importing.waiting": _desk(),
    "importing.match": Row(send=FINANCE, form={"identifier": UNKNOWN, "isbn": HARDCOVER}),
    "uploading.states": _desk(),
    "uploading.upload": _desk(own={"number": rich.UPLOAD_WRONG}, missing=_NO_NUMBER),
    "uploading.problems_workbook": _desk(own={"number": rich.UPLOAD_WRONG}, missing=_NO_NUMBER),
    "uploading.check": Row(send=FINANCE, own={"number": rich.UPLOAD_GOOD}, missing=_NO_NUMBER),
    "uploading.record": Row(send=FINANCE, own={"number": rich.UPLOAD_GOOD}, missing=_NO_NUMBER),
    "uploading.remove": Row(send=FINANCE, own={"number": rich.UPLOAD_GOOD}, missing=_NO_NUMBER),
    "uploading.mend": Row(send=FINANCE, own={"number": rich.UPLOAD_WRONG}, missing=_NO_NUMBER),
    "uploading.leave_out": Row(send=FINANCE, own={"number": rich.UPLOAD_WRONG}, missing=_NO_NUMBER),
    "uploading.take_back": Row(send=FINANCE, own={"number": rich.UPLOAD_WRONG}, missing=_NO_NUMBER),
    "remembering.no_book": Row(send=FINANCE, form={"identifier": UNKNOWN, "retailer": "zq-amazon"}),
    "remembering.bundle": Row(send=FINANCE, form={"identifier": UNKNOWN, "retailer": "zq-amazon"}),
    "remembering.forget": Row(send=FINANCE, form={"number": "999"}),
    "aliases.aliases": _desk(),
    "aliases.one": _desk(query=f"?identifier={rich.ALIAS}"),
    "aliases.move": Row(send=FINANCE, form={"identifier": rich.ALIAS}),
    "mapping.begin": Row(send=FINANCE, own={"number": rich.UPLOAD_WRONG}, missing=_NO_NUMBER),
    "mapping.mapping": _desk(own={"number": rich.UPLOAD_WRONG}, missing=_NO_NUMBER),
    "mapping.save": Row(
        send=FINANCE,
        own={"number": rich.UPLOAD_WRONG},
        missing=_NO_NUMBER,
        page=f"/finance/uploads/{rich.UPLOAD_WRONG}/mapping",
        form={"name": "December"},
    ),
    "mapping.preview": Row(
        send=FINANCE,
        own={"number": rich.UPLOAD_WRONG},
        missing=_NO_NUMBER,
        page=f"/finance/uploads/{rich.UPLOAD_WRONG}/mapping",
    ),
    "mappings.report": _desk(own=_MAPPED, missing=_NO_KEY),
    "mappings.history": _desk(own=_MAPPED, missing=_NO_KEY),
    "mappings.rename": Row(
        send=FINANCE,
        own=_MAPPED,
        missing=_NO_KEY,
        page="/finance/reports/zq-river",
        form={"name": "River"},
    ),
    "mappings.end": Row(
        send=FINANCE, own=_MAPPED, missing=_NO_KEY, page="/finance/reports/zq-river"
    ),
    "mappings.resume": Row(
        send=FINANCE, own=_MAPPED, missing=_NO_KEY, page="/finance/reports/zq-river"
    ),
    "entry.sheet": _desk(),
    "entry.books": _desk(query="?q=collab"),
    "entry.fresh_token": _desk(),
    "entry.submit": Row(
        send=FINANCE,
        form={"do": "keep", "retailer": "zq-bay", "token": "mine", "version": "0", "sheet": "[]"},
    ),
    "entry.keep_draft": Row(
        send=FINANCE,
        form={"retailer": "zq-bay", "token": "mine", "version": "0", "sheet": "[]"},
    ),
    "entry.recorded": _desk(own={"number": rich.TYPED}, missing=_NO_NUMBER),
    "entry.undo": Row(send=FINANCE, own={"number": rich.TYPED}, missing=_NO_NUMBER),
    "sales.sales": _desk(),
    "sales.as_csv": _desk(),
    "sales.as_xlsx": _desk(),
    "over_time.over_time": _desk(),
    "over_time.best_sellers": _desk(),
    "over_time.as_csv": _desk(),
    "over_time.as_xlsx": _desk(),
}
_CLOSING = {
    "order_values.values": _desk(),
    "order_values.as_csv": _desk(),
    "order_values.as_xlsx": _desk(),
    "accounts.over_time": _desk(),
    "holdings.reserves": _desk(),
    "holdings.reserves_csv": _desk(),
    "holdings.reserves_xlsx": _desk(),
    "holdings.advances": _desk(),
    "holdings.advances_csv": _desk(),
    "holdings.advances_xlsx": _desk(),
    "accounts.as_csv": _desk(),
    "accounts.as_xlsx": _desk(),
    "closing.periods": _desk(),
    "closing.period": _desk(own=_OPEN, missing=_NO_PERIOD),
    "closing.variances": _desk(own=_OPEN, missing=_NO_PERIOD),
    "closing.explain": Row(
        send=FINANCE,
        own=_OPEN,
        form={"subject": "title:zq-collab", "figure": "1", "text": "As expected"},
    ),
    "closing.checklist": _desk(own=_OPEN, missing=_NO_PERIOD),
    "closing.viewed": Row(send=FINANCE, own=_OPEN, form={"fingerprint": "0" * 64}),
    "closing.prepare_close": Row(send=FINANCE, own=_OPEN, form={"note": "Again"}),
    "closing.approve_close": _close(send=MANAGERS, form={"looked": "y"}),
    "closing.refuse_close": _close(send=MANAGERS, form={"reason": "Not yet"}),
    "closing.withdraw_close": _close(send=FINANCE),
    "closing.done": _desk(own=_CLOSED, missing=_NO_PERIOD),
    "closing.workbook": _desk(own=_OPEN),
    "closing.statements": _desk(),
    "runs.contract": _desk(own={**_OPEN, **_CONTRACT}, missing={**_OPEN, **_NO_KEY}),
    "runs.line": _desk(own=_LINE, missing={**_LINE, **_NO_NUMBER}),
    "runs.draft": _desk(
        own={**_OPEN, "beneficiary": "zq-seattle", "currency": "USD"},
        missing={**_OPEN, "beneficiary": "nobody", "currency": "USD"},
    ),
    "statements.show": _statement_of_desk(FINANCE),
    "statements.why": _desk(
        own={"number": _SEATTLES, "figure": "allocated"},
        missing={"number": _SEATTLES, "figure": "nothing"},
    ),
    "statements.file": _statement_of_desk(FINANCE, kind=True),
    "statements.issue_file": _statement_of_desk(send=MANAGERS, kind=True),
    "statements.issue_one": _statement_of_desk(send=MANAGERS),
    "statements.issue_all": Row(send=MANAGERS, own=_CLOSED),
    "statements.packed": _desk(own=_CLOSED),
    "statements.ask_one": _statement_of_desk(MANAGERS),
    "statements.send_one": _statement_of_desk(send=MANAGERS, form={"again": "y"}),
    "statements.ask_all": _desk(MANAGERS, own=_CLOSED),
    "statements.send_all": Row(send=MANAGERS, own=_CLOSED, form={"again": "y"}),
    "ledger.ledger": _desk(),
    "ledger.account": _desk(
        own={"name": "liability:beneficiary:zq-seattle"}, missing={"name": "nothing"}
    ),
    "ledger.entries": _desk(),
    "ledger.entry": _desk(own={"number": 1}, missing=_NO_NUMBER),
    "ledger.check": _desk(),
    "ledger.export": _desk(query="?format=csv"),
}
_TERMS = {
    "catalogue.titles": _desk(),
    "catalogue.title": _desk(own=_TITLE, missing=_NO_KEY),
    "catalogue.title_history": _desk(own=_TITLE, missing=_NO_KEY),
    "catalogue.amend_title": Row(
        MANAGERS, MANAGERS, own=_TITLE, missing=_NO_KEY, page="/finance/titles/zq-collab/amend"
    ),
    "catalogue.new_title": Row(MANAGERS, MANAGERS, page="/finance/new-title"),
    "catalogue.sample": Row(send=MANAGERS, own=_TITLE, missing=_NO_KEY),
    "catalogue.retailers": _desk(),
    "catalogue.retailer": _desk(own=_RETAILER, missing=_NO_KEY),
    "catalogue.retailer_history": _desk(own=_RETAILER, missing=_NO_KEY),
    "catalogue.amend_retailer": Row(
        MANAGERS,
        MANAGERS,
        own=_RETAILER,
        missing=_NO_KEY,
        page="/finance/retailers/zq-amazon/amend",
    ),
    "catalogue.new_retailer": Row(MANAGERS, MANAGERS, page="/finance/new-retailer"),
    "terms.contracts": _desk(),
    "terms.contract": _desk(own=_CONTRACT, missing=_NO_KEY),
    "terms.amend_contract": Row(
        FINANCE,
        FINANCE,
        own={"key": "zq-hand-2020"},
        missing=_NO_KEY,
        page="/finance/contracts/zq-hand-2020/amend",
        form={"author": "Kim Foote the Younger"},
    ),
    "terms.try_contract": Row(
        send=FINANCE, own=_CONTRACT, missing=_NO_KEY, page="/finance/contracts/zq-foot-2015/amend"
    ),
    "terms.new_contract": Row(FINANCE, FINANCE, page="/finance/new-contract"),
    "terms.try_new_contract": Row(send=FINANCE, page="/finance/new-contract"),
    "terms.beneficiaries": _desk(),
    "terms.beneficiary": _desk(own=_OWN, missing=_NO_KEY),
    "filters.filters": _desk(),
    "filters.new": Row(
        FINANCE,
        FINANCE,
        own={"name": "sales"},
        missing={"name": "nothing"},
        query="?asked=kind%3Dreturn",
        form={"name": "All that came back", "asked": "kind=return"},
    ),
    "filters.open_filter": _desk(own=_FILTER, missing=_NO_NUMBER),
    "filters.change": Row(
        ADMINISTRATORS, ADMINISTRATORS, own=_FILTER, missing=_NO_NUMBER, form={"name": "Came back"}
    ),
    "filters.delete": Row(send=ADMINISTRATORS, own=_FILTER, missing=_NO_NUMBER),
    "bank_details.bank_details": _desk(own=_OWN, missing=_NO_KEY),
    "bank_details.enter": Row(
        send=FINANCE, own={"key": "zq-tacoma"}, missing=_NO_KEY, form=_BANK_FORM
    ),
    "bank_details.confirm": Row(
        send=MANAGERS,
        own={**_OWN, **_BANK},
        missing={**_OWN, **_NO_NUMBER},
        form={"verified": "called Jo at the number of the contract"},
    ),
    "bank_details.decline": Row(
        send=MANAGERS,
        own={**_OWN, **_BANK},
        missing={**_OWN, **_NO_NUMBER},
        form={"declined": "it is another one's"},
    ),
    "bank_details.withdraw": Row(
        send=FINANCE, own={**_OWN, **_BANK}, missing={**_OWN, **_NO_NUMBER}
    ),
    "bank_details.end": Row(
        send=FINANCE,
        own=_BANK_IN_FORCE,
        missing={**_OWN, **_NO_NUMBER},
        form={"ended": "closed"},
    ),
    "bank_details.reveal": Row(
        send=MANAGERS,
        own=_BANK_IN_FORCE,
        missing={**_OWN, **_NO_NUMBER},
        form={"needed_for": "a wire"},
    ),
    "documents.documents": _desk(),
    "documents.send_many": Row(send=FINANCE),
    "documents.file": Row(send=FINANCE),
    "documents.documents_of": _desk(own=_OWN, missing=_NO_KEY),
    "documents.send": Row(send=FINANCE, own=_OWN, missing=_NO_KEY),
    "documents.document": _desk(own=_OLD, missing=_NO_NUMBER),
    "documents.document_file": _desk(own=_OLD, missing=_NO_NUMBER),
    "documents.amend": Row(
        send=FINANCE, own=_OLD, missing=_NO_NUMBER, form={"period": "2024-H1", "note": ""}
    ),
    "documents.show": Row(send=MANAGERS, own={"number": rich.OLD_HIDDEN}, missing=_NO_NUMBER),
    "documents.hide": Row(send=FINANCE, own=_OLD, missing=_NO_NUMBER),
    "documents.remove": Row(
        send=FINANCE, own=_OLD, missing=_NO_NUMBER, form={"reason": "Of somebody else"}
    ),
    "notes.notes": _desk(),
    "notes.notes_about": _desk(own=_ABOUT, missing={**_ABOUT, **_NO_KEY}),
    "notes.add": Row(
        send=FINANCE, own=_ABOUT, missing={**_ABOUT, **_NO_KEY}, form={"text": "As agreed"}
    ),
    "notes.note": _desk(own={"number": rich.NOTE}, missing=_NO_NUMBER),
    "notes.note_file": _desk(own={"number": rich.NOTE_FILE}, missing=_NO_NUMBER),
    "notes.answer": Row(
        send=FINANCE, own=_QUESTION, missing=_NO_NUMBER, form={"text": "The house's"}
    ),
    "notes.resolve": Row(send=FINANCE, own=_QUESTION, missing=_NO_NUMBER),
    "notes.reopen": Row(send=FINANCE, own={"number": rich.SETTLED}, missing=_NO_NUMBER),
    "notes.withdraw": Row(
        send=FINANCE,
        own={"number": rich.NOTE},
        missing=_NO_NUMBER,
        form={"reason": "It was another contract"},
    ),
    "notes.restore": Row(send=FINANCE, own={"number": rich.WITHDRAWN}, missing=_NO_NUMBER),
    "terms.amend_beneficiary": Row(
        FINANCE,
        FINANCE,
        own=_OWN,
        missing=_NO_KEY,
        page="/finance/beneficiaries/zq-seattle/amend",
        form={"name": "Seattle Writers"},
    ),
    "terms.try_beneficiary": Row(
        send=FINANCE, own=_OWN, missing=_NO_KEY, page="/finance/beneficiaries/zq-seattle/amend"
    ),
    "parallel.parallel": _desk(own=_OPEN, missing=_NO_PERIOD),
    "parallel.template": _desk(own={**_OPEN, "kind": "csv"}, missing={**_NO_PERIOD, "kind": "csv"}),
    "parallel.as_xlsx": _desk(own=_OPEN, missing=_NO_PERIOD),
    "parallel.type_totals": _desk(own=_OPEN, missing=_NO_PERIOD),
    "parallel.compare_typed": Row(send=FINANCE, own=_OPEN, missing=_NO_PERIOD),
    "parallel.begin": Row(send=FINANCE, own=_OPEN, missing=_NO_PERIOD),
    "parallel.explain": Row(send=FINANCE, own=_OPEN, missing=_NO_PERIOD),
    "parallel.sign": Row(send=MANAGERS, own=_OPEN, missing=_NO_PERIOD),
    "parallel.abandon": Row(send=MANAGERS, own=_OPEN, missing=_NO_PERIOD),
    "terms.openings": _desk(),
    "terms.openings_template": _desk(own={"kind": "csv"}),
    "terms.look_at_openings": Row(send=MANAGERS),
    "terms.save_openings": Row(send=MANAGERS),
    "terms.payment_details": _desk(),
    "terms.amend_payment_details": Row(
        FINANCE,
        FINANCE,
        own={"key": "zq-usd"},
        missing=_NO_KEY,
        page="/finance/payment-details/zq-usd/amend",
        form={"bank": "Another Bank"},
    ),
    "terms.new_payment_details": Row(FINANCE, FINANCE, page="/finance/new-payment-details"),
    "terms.banks": _desk(),
    "terms.amend_bank": Row(
        FINANCE,
        FINANCE,
        own={"key": "zq-ach"},
        missing=_NO_KEY,
        page="/finance/banks/zq-ach/amend",
        form={"holder": "Another House"},
    ),
    "terms.new_bank": Row(FINANCE, FINANCE, page="/finance/new-bank"),
    "terms.new_beneficiary": Row(FINANCE, FINANCE, page="/finance/new-beneficiary"),
    "terms.try_new_beneficiary": Row(send=FINANCE, page="/finance/new-beneficiary"),
    "terms.plans": _desk(),
    "terms.plan": _desk(own=_PLAN, missing=_NO_KEY),
    "terms.amend_version": _desk(
        own={**_PLAN, "version": "new"}, missing={**_NO_KEY, "version": "new"}
    ),
    "terms.save_version": Row(
        send=FINANCE,
        own={**_PLAN, "version": "new"},
        missing={**_NO_KEY, "version": "new"},
        page="/finance/plans/zq-cities/versions/new",
    ),
    "terms.try_version": Row(
        send=FINANCE,
        own={**_PLAN, "version": "new"},
        missing={**_NO_KEY, "version": "new"},
        page="/finance/plans/zq-cities/versions/new",
    ),
    "terms.new_plan": _desk(),
    "terms.add_plan": Row(send=FINANCE, page="/finance/new-plan"),
    "terms.try_new_plan": Row(send=FINANCE, page="/finance/new-plan"),
    "inverses.entry": Row(
        FINANCE,
        MANAGERS,
        own={"part": "retailers", "key": "zq-bay"},
        missing={"part": "retailers", **_NO_KEY},
        form={"do": "retire", "reason": "It closed"},
    ),
    "rates.rates": _desk(),
    "rates.enter_rate": Row(send=MANAGERS, form={"source": "EUR", "target": "USD", "rate": "1.05"}),
    "rates.enter_income": Row(
        send=MANAGERS,
        form={
            "contract": "zq-foot-2015",
            "right": "translation",
            "amount": "10.00",
            "note": "Danish",
        },
    ),
    "approvals.approvals": _desk(),
    "approvals.proposal": _desk(own={"number": rich.CONTRACT_CHANGE}, missing=_NO_NUMBER),
    "approvals.tried": _proposal(rich.CONTRACT_CHANGE, send=FINANCE),
    "approvals.approve": _proposal(rich.CONTRACT_CHANGE, send=MANAGERS),
    "approvals.refuse": _proposal(rich.CONTRACT_CHANGE, send=MANAGERS, form={"reason": "Not yet"}),
    "approvals.withdraw": _proposal(rich.CONTRACT_CHANGE, send=FINANCE),
    "together.together": _desk(),
    "together.approve": Row(send=MANAGERS, form={"number": str(rich.CONTRACT_CHANGE)}),
    "together.refuse": Row(
        send=MANAGERS, form={"number": str(rich.CONTRACT_CHANGE), "reason": "Not yet"}
    ),
}
_HOUSE = {
    "people.people": _desk(MANAGERS),
    "people.audit": _desk(MANAGERS),
    "people.audit_csv": _desk(MANAGERS),
    "people.mail": _desk(MANAGERS),
    "people.mail_again": Row(send=MANAGERS, own={"number": 1}, missing=_NO_NUMBER),
    "people.mail_given_up": Row(send=MANAGERS, own={"number": 1}, missing=_NO_NUMBER),
    "people.invite": Row(
        ADMINISTRATORS,
        ADMINISTRATORS,
        form={"email": "new@example.org", "name": "New Comer", "role": "clerk"},
    ),
    "people.person": _desk(MANAGERS, own={"number": rich.CLERK}, missing=_NO_NUMBER),
    "people.change": _person(form={"role": "manager"}),
    "people.invite_again": _person(rich.INVITED),
    "people.withdraw": _person(rich.INVITED),
    "people.disable": _person(),
    "people.enable": _person(),
    "people.reset_second_factor": _person(),
    "people.sign_out": _person(),
    "people.settings": _desk(MANAGERS),
    "people.switch": Row(
        send=ADMINISTRATORS, own={"control": "two-people"}, missing={"control": "nothing"}
    ),
}


def _order(number: str, more: Values | None = None, /, **row: object) -> Row:
    """A page or form of an order, which may be there while what belongs to it is not."""
    values = more or {}
    missing = {**values, "number": _NO_ORDER}
    return Row(own={"number": number, **values}, missing=missing, **row)  # type: ignore[arg-type]


def _order_form(number: str = orders.AHEAD, **more: object) -> Row:
    """A form that needs an order as it was just looked at: the table refuses, or says who won."""
    return _order(number, None, send=FINANCE, **more)


_NO_ORDER = "O-2026-0999"
_GUILD: Values = {"key": "zq-guild"}
_ENTRY: Values = {"key": "zq-collab"}
_PAPER: Values = {"key": "zq-guild", "certificate": orders.CERTIFICATE}
_NO_PAPER: Values = {**_PAPER, "certificate": NUMBER}
_VERSION: Values = {"key": "zq-standard", "version": "2015-01-01"}
_BILL: Values = {"number": orders.INVOICE}
_NO_BILL: Values = {"number": "I-999999"}
_ORDERS = {
    "orders.board": _desk(),
    "orders.new": _desk(),
    "order_entry.begin": _desk(own=_ENTRY, missing=_NO_KEY),
    "order_entry.step": Row(
        FINANCE,
        own={**_ENTRY, "draft": orders.DRAFT, "place": 2},
        missing={**_ENTRY, "draft": "nothing", "place": 2},
    ),
    "order_entry.go": Row(
        send=FINANCE,
        own={**_ENTRY, "draft": orders.DRAFT, "place": 1},
        missing={**_NO_KEY, "draft": "nothing", "place": 1},
        form={"step": "1", "do": "next", "copies": "100", "kind": "bulk", "country": "US"},
    ),
    "order_entry.price": Row(
        send=FINANCE, own=_ENTRY, missing=_NO_KEY, form={"copies": "100", "kind": "bulk"}
    ),
    "orders.order": _order(orders.ASKED, look=FINANCE),
    "orders.assign": _order(
        orders.ASKED, send=FINANCE, page=f"/finance/orders/{orders.ASKED}", form={"person": ""}
    ),
    "orders.ask_move": _order(orders.QUOTED, look=FINANCE),
    "orders.move": _order_form(orders.QUOTED, form={"organization": "zq-old-league", "sure": "1"}),
    "orders.hold": _order_form(form={"reason": "They moved"}),
    "orders.resume": _order_form(),
    "orders.promise": _order_form(form={"reason": "Paper", "day": "2026-12-24"}),
    "order_quotes.withdraw": _order_form(orders.QUOTED, form={"reason": "A wrong price"}),
    "orders.ask_decline": _order(orders.ASKED, look=FINANCE),
    "orders.decline": _order(
        orders.ASKED,
        send=FINANCE,
        page=f"/finance/orders/{orders.ASKED}/decline",
        form={"reason": "Out of print"},
    ),
    "orders.ask_cancel": _order(orders.AHEAD, look=FINANCE),
    "orders.cancel": _order(
        orders.AHEAD,
        send=FINANCE,
        page=f"/finance/orders/{orders.AHEAD}/cancel",
        form={"reason": "They asked for it"},
    ),
    "orders.write": _order(orders.ASKED, send=FINANCE, form={"text": "Dear Olga"}),
    "order_quotes.quotes": _order(orders.ASKED, look=FINANCE),
    "order_quotes.preview": _order(
        orders.ASKED, send=FINANCE, page=f"/finance/orders/{orders.ASKED}/quotes"
    ),
    "order_quotes.issue": _order(
        orders.ASKED, send=FINANCE, page=f"/finance/orders/{orders.ASKED}/quotes"
    ),
    "order_quotes.accept": _order_form(
        orders.QUOTED,
        form={
            "version": "2",
            "quote": "1",
            "name": "Lea",
            "how": "by telephone",
            "on": "2026-08-20",
        },
    ),
    "order_quotes.quote_file": _order(orders.BILLED, {"version": 1, "file": "xlsx"}, look=FINANCE),
    "order_files.files": _order(orders.PROOFED, look=FINANCE),
    "order_files.send_artwork": _order_form(orders.PROOFED),
    "order_files.send_proof": _order_form(orders.PROOFED),
    "order_files.comment": _order(
        orders.PROOFED, send=FINANCE, form={"proof_version": "2", "page": "1", "text": "Look"}
    ),
    "order_files.preview": _order(
        orders.PROOFED,
        {"file": orders.PROOF, "page": 1},
        look=FINANCE,
        foreign=(
            {"number": orders.BILLED, "file": orders.PROOF, "page": 1},
            {"number": orders.PROOFED, "file": orders.ATTACHMENT, "page": 1},
        ),
    ),
    "order_files.cover": _order(orders.PROOFED, look=FINANCE),
    "order_files.original": _order(
        orders.PROOFED,
        {"file": orders.LOGO},
        look=FINANCE,
        foreign=({"number": orders.BILLED, "file": orders.LOGO},),
    ),
    "order_files.drawing": _order(
        orders.PROOFED,
        {"file": orders.LOGO},
        look=FINANCE,
        foreign=(
            {"number": orders.BILLED, "file": orders.LOGO},
            {"number": orders.PROOFED, "file": orders.PROOF},
        ),
    ),
    "order_shipping.shipping": _order(orders.BILLED, look=FINANCE),
    "order_shipping.produce": _order_form(),
    "order_shipping.edition": _order_form(),
    "order_shipping.ship": _order_form(),
    "order_shipping.came_back": _order_form(),
    "order_shipping.packing_list": _order(
        orders.BILLED,
        {"shipment": orders.SHIPMENT, "file": "xlsx"},
        look=FINANCE,
        foreign=({"number": orders.PROOFED, "shipment": orders.SHIPMENT, "file": "xlsx"},),
    ),
    "order_money.money": _order(orders.BILLED, look=FINANCE),
    "order_money.invoice_deposit": _order_form(),
    "order_money.invoice": _order_form(),
    "order_money.invoice_cancellation": _order_form(),
    "order_money.receive": _order(
        orders.BILLED,
        send=FINANCE,
        form={
            "invoice": orders.INVOICE,
            "amount": "5.00",
            "received_on": "2026-08-20",
            "token": "walk",
        },
    ),
    "order_money.pay_back": _order(
        orders.BILLED,
        send=MANAGERS,
        form={
            "invoice": orders.INVOICE,
            "amount": "5.00",
            "received_on": "2026-08-20",
            "token": "walk",
        },
    ),
    "order_money.ask_reverse": _order(
        orders.BILLED,
        {"receipt": orders.RECEIPT},
        look=MANAGERS,
        foreign=({"number": orders.AHEAD, "receipt": orders.RECEIPT},),
    ),
    "order_money.reverse": _order(
        orders.BILLED,
        {"receipt": orders.RECEIPT},
        send=MANAGERS,
        foreign=({"number": orders.AHEAD, "receipt": orders.RECEIPT},),
        form={"reason": "Typed twice"},
    ),
    "bank_lines.bank_lines_page": _desk(),
    "bank_lines.look": Row(send=FINANCE),
    "bank_lines.read_table": Row(send=FINANCE),
    "bank_lines.record": Row(send=FINANCE),
    "bank_lines.record_open": Row(send=FINANCE, form={"seen": "0" * 64}),
    "bank_lines.imported": _desk(own={"number": 1}, missing=_NO_NUMBER),
    "tax.year": _desk(own={"number": 2026}, missing={"number": 1}),
    "tax_deposits.deposits": _desk(),
    "unclaimed.unclaimed_page": _desk(),
    "unclaimed.workbook": _desk(),
    "tax_deposits.record_deposit": Row(send=MANAGERS, form={"token": "a-token"}),
    "tax_deposits.deposit": _desk(own={"number": rich.DEPOSIT}, missing=_NO_NUMBER),
    "tax_deposits.undo_deposit": Row(
        send=MANAGERS, own={"number": rich.DEPOSIT}, missing=_NO_NUMBER, form={"reason": "a slip"}
    ),
    "tax.fill": Row(send=FINANCE, own={"number": 2026}, missing={"number": 1}),
    "tax.workbook": _desk(own={"number": 2026}, missing={"number": 1}),
    "payments.payments": _desk(),
    "payments.propose": Row(send=FINANCE, form={"token": "a-token"}),
    "payments.history": _desk(),
    "payments.batch": _desk(own=_BATCH, missing=_NO_NUMBER),
    "payments.approve": Row(
        send=MANAGERS, own=_BATCH, missing=_NO_NUMBER, form={f"signed-{rich.TO_APPROVE}": "1"}
    ),
    "payments.make_file": Row(
        send=FINANCE, own=_FILED, missing=_NO_NUMBER, form={"pay_on": _TODAY}
    ),
    "payments.batch_file": Row(FINANCE, own=_FILED, missing=_NO_NUMBER),
    "payments.batch_sent": Row(send=FINANCE, own=_BATCH, missing=_NO_NUMBER, form=_SENT),
    "payments.batch_arrived": Row(
        send=FINANCE, own=_FILED, missing=_NO_NUMBER, form={"arrived_on": _TODAY}
    ),
    "payments.payment": _desk(own=_TO_APPROVE, missing=_NO_NUMBER),
    "payments.pay_less": Row(
        send=FINANCE, own=_TO_APPROVE, missing=_NO_NUMBER, form={"amount": "0.50"}
    ),
    "payments.sent": Row(send=FINANCE, own=_TO_SEND, missing=_NO_NUMBER, form=_SENT),
    "payments.arrived": Row(
        send=FINANCE, own=_ON_ITS_WAY, missing=_NO_NUMBER, form={"arrived_on": _TODAY}
    ),
    "payments.release": Row(send=MANAGERS, own=_ON_ITS_WAY, missing=_NO_NUMBER),
    "payments.ask_came_back": _desk(MANAGERS, own=_ON_ITS_WAY, missing=_NO_NUMBER),
    "payments.came_back": Row(
        send=MANAGERS,
        own=_ON_ITS_WAY,
        missing=_NO_NUMBER,
        form={"day": _TODAY, "reason": "R03 No account"},
    ),
    "payments.ask_void": _desk(own=_TO_APPROVE, missing=_NO_NUMBER),
    "payments.void": Row(
        send=FINANCE, own=_TO_APPROVE, missing=_NO_NUMBER, form={"reason": "Not this time"}
    ),
    "invoices.invoices": _desk(),
    "invoices.invoice": _desk(own=_BILL, missing=_NO_BILL),
    "invoices.paper": _desk(own={**_BILL, "file": "xlsx"}, missing={**_NO_BILL, "file": "xlsx"}),
    "invoices.credit": Row(
        send=MANAGERS,
        own=_BILL,
        missing=_NO_BILL,
        form={"what": "lines", "line-1": "1.00", "reason": "Wet", "token": "walk"},
    ),
    "invoices.preview_credit": Row(
        send=MANAGERS,
        own=_BILL,
        missing=_NO_BILL,
        form={"what": "lines", "line-1": "1.00"},
    ),
    "invoices.aging": _desk(),
    "invoices.reminders": _desk(),
    "invoices.remind": Row(send=FINANCE, own=_BILL, missing=_NO_BILL),
    "organizations.organizations": _desk(),
    "organizations.organization": _desk(own=_GUILD, missing=_NO_KEY),
    "organizations.amend": Row(
        MANAGERS,
        MANAGERS,
        own=_GUILD,
        missing=_NO_KEY,
        page="/finance/organizations/zq-guild/amend",
    ),
    "organizations.new": Row(MANAGERS, MANAGERS, page="/finance/organizations/new/organization"),
    "organizations.certificate_file": _desk(own=_PAPER, missing=_NO_PAPER),
    "organizations.check_certificate": Row(send=FINANCE, own=_PAPER, missing=_NO_PAPER),
    "organizations.refuse_certificate": Row(
        send=FINANCE, own=_PAPER, missing=_NO_PAPER, form={"reason": "Not signed"}
    ),
    "organizations.account": _desk(own=_GUILD, missing=_NO_KEY),
    "organizations.account_file": _desk(own=_GUILD, missing=_NO_KEY),
    "price_lists.price_lists": _desk(),
    "price_lists.price_list": _desk(own={"key": "zq-standard"}, missing=_NO_KEY),
    "price_lists.amend": Row(
        MANAGERS,
        MANAGERS,
        own=_VERSION,
        missing={**_VERSION, **_NO_KEY},
        page="/finance/price-lists/zq-standard/versions/2015-01-01",
    ),
    "price_lists.new": Row(MANAGERS, MANAGERS, page="/finance/price-lists/new/price-list"),
}


def _own_order(
    number: str = orders.PROOFED,
    more: Values | None = None,
    /,
    *foreign: Values,
    **row: object,
) -> Row:
    """A page or form of one's own order; the league's is not the guild's.

    Of ``foreign`` the order is one's own, but what else is named belongs to another one.
    """
    sends = "send" in row
    return Row(
        None if sends else ORGANIZATIONS,
        own={"number": number, **(more or {})},
        foreign=({"number": orders.AHEAD, **(more or {})}, *foreign),
        missing={"number": "O-2026-9999", **(more or {})},
        **row,  # type: ignore[arg-type]  # checked where rows are written
    )


def _own_form(number: str = orders.PROOFED, **more: object) -> Row:
    return _own_order(number, None, send=ORGANIZATIONS, **more)


def _own_house(values: Values | None = None, /, **more: object) -> Row:
    """A page of an organization, which is another one's under another key."""
    found = values or {}
    return Row(
        own={**_GUILD, **found},
        foreign=({"key": "zq-league", **found},),
        missing={**_NO_KEY, **found},
        **more,  # type: ignore[arg-type]  # checked where rows are written
    )


_FILE: Values = {"file": orders.LOGO}
_LINK: Values = {"token": orders.QUOTE}
_NO_LINK: Values = {"token": "nothing"}


def _by_link(**form: object) -> Row:
    """A form that whoever has the link of a quote may send."""
    return Row(
        send=EVERYBODY,
        own=_LINK,
        missing=_NO_LINK,
        form={"version": "2", **form},
    )


_OF_ORGANIZATIONS = {
    "organization.home": Row(ORGANIZATIONS),
    "organization.titles": Row(ORGANIZATIONS),
    "organization.invoices": Row(ORGANIZATIONS),
    "organization.invoice_file": Row(
        ORGANIZATIONS,
        own={"number": orders.INVOICE, "file": "xlsx"},
        foreign=({"number": orders.DEPOSIT, "file": "xlsx"},),
        missing={"number": "I-999999", "file": "xlsx"},
    ),
    "organization.account_file": Row(
        ORGANIZATIONS, own={"key": "zq-guild"}, foreign=({"key": "zq-league"},), missing=_NO_KEY
    ),
    "organization_people.choose": Row(ORGANIZATIONS),
    "organization_people.people": _own_house(look=ORGANIZATIONS),
    "organization_people.invite": _own_house(
        send=ORGANIZATIONS, form={"email": "new@example.org", "name": "New Comer"}
    ),
    "organization_people.remove": Row(
        send=ORGANIZATIONS,
        own={**_GUILD, "number": rich.OLGA},
        foreign=(
            {"key": "zq-league", "number": rich.LEA},
            {**_GUILD, "number": rich.LEA},
            {**_GUILD, "number": rich.CLERK},
        ),
        missing={**_GUILD, **_NO_NUMBER},
    ),
    "organization_people.withdraw": _own_house({"number": NUMBER}, send=ORGANIZATIONS),
    "organization_orders.order": _own_order(),
    "organization_orders.purchase_order": _own_form(form={"version": "1", "po_number": "PO-1"}),
    "organization_orders.reorder": Row(
        ORGANIZATIONS,
        own={"number": orders.PROOFED},
        foreign=({"number": orders.AHEAD},),
        missing={"number": "O-2026-9999"},
    ),
    "organization_orders.ask_another": _own_form(form={"version": "1", "text": "300 please"}),
    "organization_orders.quotes": _own_order(),
    "organization_orders.accept": _own_form(
        form={"version": "1", "quote": "1", "name": "Olga", "agreed": "1", "po_number": "PO-1"}
    ),
    "organization_orders.quote_file": _own_order(
        orders.BILLED,
        {"version": 1, "file": "pdf"},
        {"number": orders.BILLED, "version": 9, "file": "pdf"},
    ),
    "organization_orders.messages": _own_order(),
    "organization_orders.say": _own_form(form={"text": "Dear house"}),
    "organization_orders.original": _own_order(
        orders.PROOFED,
        _FILE,
        {"number": orders.BILLED, **_FILE},
        {"number": orders.PROOFED, "file": orders.ATTACHMENT},
    ),
    "organization_orders.packing_list": _own_order(
        orders.BILLED,
        {"shipment": orders.SHIPMENT, "file": "xlsx"},
        {"number": orders.PROOFED, "shipment": orders.SHIPMENT, "file": "xlsx"},
    ),
    "organization_orders.ask_cancel": _own_order(),
    "organization_orders.cancel": _own_form(form={"version": "1", "reason": "Off"}),
    "organization_orders.ask_decline": _own_order(orders.ASKED),
    "organization_orders.decline": _own_form(orders.ASKED, form={"version": "1", "reason": "Off"}),
    "organization_files.artwork": _own_order(),
    "organization_files.send_artwork": _own_form(form={"version": "1", "rights": "1"}),
    "organization_files.look": _own_form(form={"use": "logo"}),
    "organization_files.show_artwork": _own_form(form={"version": "1"}),
    "organization_files.waiting_preview": Row(
        ORGANIZATIONS,
        own={"number": orders.PROOFED, "page_number": 1},
    ),
    "organization_files.preview": _own_order(
        orders.PROOFED,
        {**_FILE, "page_number": 1},
        {"number": orders.BILLED, **_FILE, "page_number": 1},
        {"number": orders.PROOFED, "file": orders.ATTACHMENT, "page_number": 1},
        {"number": orders.PROOFED, **_FILE, "page_number": 9},
    ),
    "organization_files.cover": _own_order(),
    "organization_files.proof": _own_order(),
    "organization_files.comment": _own_form(
        form={"proof_version": "2", "page": "1", "text": "Lower"}
    ),
    "organization_files.changes": _own_form(
        form={"version": "1", "proof_version": "2", "changes": "Lower"}
    ),
    "organization_files.ask_approve": _own_order(),
    "organization_files.approve": _own_form(
        form={
            "version": "1",
            "proof_version": "2",
            "sha256": "0" * 64,
            "name": "Olga",
            "looked": "1",
        }
    ),
    "organization_certificates.certificates": Row(ORGANIZATIONS),
    "organization_certificates.send": Row(
        send=ORGANIZATIONS,
        form={
            "organization": "zq-guild",
            "country": "US",
            "region": "WA",
            "signed_on": "2026-01-02",
            "expires_on": "2027-01-02",
        },
    ),
    "organization_certificates.file": Row(
        ORGANIZATIONS,
        own={"number": orders.CERTIFICATE},
        missing=_NO_NUMBER,
        whose="organization",
    ),
    "ordering.begin": Row(EVERYBODY, own=_TITLE, missing=_NO_KEY),
    "ordering.step": Row(
        EVERYBODY,
        own={**_TITLE, "draft": orders.DRAFT, "place": 2},
        missing={**_TITLE, "draft": "nothing", "place": 2},
    ),
    "ordering.go": Row(
        send=EVERYBODY,
        own={**_TITLE, "draft": orders.DRAFT, "place": 1},
        missing={**_NO_KEY, "draft": "nothing", "place": 1},
        form={"step": "1", "do": "next", "copies": "100", "kind": "bulk", "country": "US"},
    ),
    "ordering.price": Row(
        send=EVERYBODY, own=_TITLE, missing=_NO_KEY, form={"copies": "100", "kind": "bulk"}
    ),
    "ordering.sent": Row(EVERYBODY, own=_TITLE, missing=_NO_KEY),
    "regions.regions": Row(EVERYBODY, own={"country": "US"}, missing={"country": "XX"}),
    "quote_links.answered": Row(EVERYBODY, own={"answer": "asked"}, missing={"answer": "nothing"}),
    "quote_links.quote": Row(EVERYBODY, own=_LINK, missing=_NO_LINK),
    "quote_links.paper": Row(
        EVERYBODY, own={**_LINK, "file": "pdf"}, missing={**_NO_LINK, "file": "pdf"}
    ),
    "quote_links.accept": _by_link(name="Lea", agreed="1"),
    "quote_links.decline": _by_link(reason="Too late"),
    "quote_links.ask": _by_link(text="300 please"),
    "order_links.opened": Row(
        EVERYBODY,
        EVERYBODY,
        own={"token": orders.REQUEST},
        missing={"token": "nothing"},
        form={
            "name": "Olga Orr",
            "new": "many small boats at sea",
            "again": "many small boats at sea",
        },
    ),
}
_OUTSIDE = {
    "nonprofit.home": Row(NONPROFITS),
    "nonprofit.nonprofit": _portal(),
    "nonprofit.earnings": _portal(),
    "nonprofit.statements": _portal(),
    "nonprofit.statement_page": _statement(),
    "nonprofit.download": _statement(kind="workbook"),
    "nonprofit.download_year": _portal({"number": 2025}),
    "nonprofit.newest_year": _portal(),
    "nonprofit.year": _portal({"number": 2025}),
    "nonprofit.year_file": _portal({"number": 2025}),
    "nonprofit_received.newest_received": _portal(),
    "nonprofit_received.received_year": _portal({"number": 2026}),
    "nonprofit_received.received_file": _portal({"number": 2026, "kind": "pdf"}),
    "nonprofit.earlier_statement": Row(
        NONPROFITS,
        own={**_OWN, **_OLD},
        foreign=(
            {**_FOREIGN, "number": rich.OLD_OF_HOUSTON},
            {**_OWN, "number": rich.OLD_OF_HOUSTON},
            {**_FOREIGN, **_OLD},
            {**_OWN, "number": rich.OLD_HIDDEN},
            {**_OWN, "number": rich.OLD_UNSORTED},
        ),
        missing={**_OWN, **_NO_NUMBER},
    ),
    "nonprofit.explained": _portal(),
    "nonprofit_bank_details.bank_details": _portal(),
    "nonprofit_bank_details.enter": Row(
        send=NONPROFITS,
        own=_FOREIGN,
        foreign=(_OWN,),
        missing=_NO_KEY,
        whose="other nonprofit",
        form=_BANK_FORM,
    ),
    "nonprofit_bank_details.withdraw": Row(
        send=NONPROFITS,
        own={**_OWN, **_BANK},
        foreign=(
            _BANK_IN_FORCE,
            {**_OWN, "number": rich.BANK_CONFIRMED},
            {**_FOREIGN, **_BANK},
        ),
        missing={**_OWN, **_NO_NUMBER},
    ),
    "nonprofit_details.details": _portal(),
    "nonprofit_details.save_details": _portal(
        send=NONPROFITS, form={"contact": "Sam", "email": "sam@example.org"}
    ),
    "nonprofit_details.people": _portal(),
    "nonprofit_details.invite": _portal(
        send=NONPROFITS, form={"email": "new@example.org", "name": "New Comer"}
    ),
    "nonprofit_details.remove": Row(
        send=NONPROFITS,
        own={**_OWN, "number": rich.COLLEAGUE},
        foreign=(
            {**_FOREIGN, "number": rich.COLLEAGUE},
            {**_FOREIGN, "number": rich.OTHER_NONPROFIT},
            {**_OWN, "number": rich.OTHER_NONPROFIT},
            {**_OWN, "number": rich.CLERK},
        ),
        missing={**_OWN, **_NO_NUMBER},
    ),
    "nonprofit_details.withdraw": _portal({"number": rich.JOINS}, send=NONPROFITS),
    "public.titles": Row(EVERYBODY),
    "public.title": Row(EVERYBODY, own=_TITLE, missing=_NO_KEY),
    "public.sample": Row(EVERYBODY, own={**_TITLE, "place": 2}, missing={**_TITLE, "place": 9}),
    "root": Row(EVERYBODY),
}
TABLE: dict[str, Row] = {
    **_ACCOUNT,
    **_SALES,
    **_CLOSING,
    **_TERMS,
    **_HOUSE,
    **_ORDERS,
    **_OF_ORGANIZATIONS,
    **_OUTSIDE,
}

_STRANGERS = ("stranger", "half", "disabled")


def _signed_in(yes: int, no: int, **more: int) -> dict[str, int]:
    """A status for those who are in, and one for those who are not, but for some."""
    return {"": yes, **dict.fromkeys(_STRANGERS, no), **more}


Status = int | Mapping[str, int]
"""An answer's status; by identity if they differ, the others' under an empty name."""

SEEN: dict[str, Status] = {
    "account.account": _signed_in(200, 302),
    "account.second_factor": _signed_in(302, 302, half=200),
    "account.sign_in": _signed_in(302, 200),
    "factor.renew_codes": _signed_in(200, 302),
    "factor.set_up": _signed_in(200, 302),
    "ordering.begin": {"": 200, "clerk": 303, "manager": 303, "administrator": 303},
    "account.root": 302,
    "filters.open_filter": 302,
    "home.search": 302,
    "house.leave": 303,
    "links.first_administrator": 404,
    "mapping.preview": 200,
    "logo.logo": 404,
    "organization_files.waiting_preview": 404,
    "organization_orders.reorder": 303,
    "organization_people.choose": 302,
    "root": 302,
    "together.together": 302,
}
"""What those who may look get, where it is not 200: exactly that, so that each row can fail."""

TAKEN: dict[str, Status] = {
    "bank_details.reveal": 200,
    "account.account": _signed_in(303, 302),
    "account.end_session": _signed_in(404, 302),
    "account.password": _signed_in(422, 302),
    "account.second_factor": _signed_in(302, 302, half=422),
    "account.sign_out_everywhere": _signed_in(303, 302),
    "approvals.withdraw": {"": 303, "clerk": 409},
    "closing.withdraw_close": {"": 302, "clerk": 409},
    "factor.renew_codes": _signed_in(200, 302),
    "factor.set_up": _signed_in(422, 302),
    "factor.skip": _signed_in(409, 302, half=409),
    "account.sign_in": 422,
    "aliases.move": 422,
    "approvals.tried": 200,
    "catalogue.new_retailer": 422,
    "catalogue.new_title": 422,
    "catalogue.sample": 409,
    "closing.approve_close": 302,
    "closing.explain": 302,
    "closing.viewed": 302,
    "closing.prepare_close": 409,
    "closing.refuse_close": 302,
    "documents.file": 422,
    "documents.send": 422,
    "documents.send_many": 422,
    "entry.keep_draft": 200,
    "house.house": 422,
    "house.sandbox": 409,
    "importing.send": 422,
    "links.first_administrator": 404,
    "mapping.preview": 200,
    "lists.send": 422,
    "lists.save": 409,
    "setup_files.look": 422,
    "terms.look_at_openings": 422,
    "parallel.begin": 422,
    "parallel.compare_typed": 422,
    "parallel.explain": 422,
    "parallel.sign": 409,
    "parallel.abandon": 409,
    "terms.save_openings": 422,
    "setup_files.prepare_again": 409,
    "setup_files.save": 422,
    "bank_lines.look": 422,
    "bank_lines.read_table": 422,
    "bank_lines.record": 422,
    "bank_lines.record_open": 422,
    "payments.propose": 422,
    "tax.fill": 422,
    "tax_deposits.record_deposit": 422,
    "payments.release": 422,
    "invoices.preview_credit": 200,
    "invoices.remind": 422,
    "links.forgotten": 200,
    "notes.restore": {"": 303, "clerk": 422},
    "notes.withdraw": {"": 303, "clerk": 422},
    "order_entry.price": 200,
    "order_files.send_artwork": 409,
    "order_files.send_proof": 422,
    "order_money.invoice": 422,
    "order_money.invoice_cancellation": 422,
    "order_money.invoice_deposit": 422,
    "order_money.pay_back": 422,
    "order_quotes.preview": 200,
    "order_quotes.withdraw": 409,
    "order_shipping.came_back": 422,
    "order_shipping.edition": 409,
    "order_shipping.produce": 409,
    "order_shipping.ship": 422,
    "ordering.price": 200,
    "remembering.bundle": 422,
    "orders.hold": 409,
    "orders.move": 409,
    "orders.promise": 409,
    "orders.resume": 409,
    "organization_certificates.send": 422,
    "organization_files.approve": 409,
    "organization_files.changes": 409,
    "organization_files.look": 422,
    "organization_files.send_artwork": 422,
    "organization_files.show_artwork": 422,
    "organization_orders.accept": 409,
    "organization_orders.ask_another": 409,
    "organization_orders.cancel": 409,
    "organization_orders.decline": 409,
    "organization_orders.purchase_order": 409,
    "organization_people.withdraw": 409,
    "organizations.new": 422,
    "people.enable": 409,
    "people.invite": 200,
    "people.invite_again": 200,
    "people.mail_again": 409,
    "price_lists.new": 422,
    "statements.issue_all": 302,
    "statements.issue_file": 200,
    "statements.issue_one": 302,
    "statements.send_all": 302,
    "statements.send_one": 302,
    "terms.add_plan": 422,
    "terms.new_bank": 422,
    "terms.new_beneficiary": 422,
    "terms.new_contract": 422,
    "terms.new_payment_details": 422,
    "terms.try_beneficiary": 200,
    "terms.try_contract": 200,
    "terms.try_new_beneficiary": 422,
    "terms.try_new_contract": 422,
    "terms.try_new_plan": 422,
    "terms.try_version": 200,
}
"""What those who may send get, where it is not 303; what the books as they stand do not allow is
a refusal, of one status."""

GONE: dict[str, frozenset[int]] = {
    **dict.fromkeys(
        (
            "closing.approve_close",
            "closing.checklist",
            "closing.done",
            "closing.variances",
            "closing.period",
            "closing.refuse_close",
            "closing.withdraw_close",
            "entry.undo",
            "parallel.abandon",
            "parallel.as_xlsx",
            "parallel.begin",
            "parallel.compare_typed",
            "parallel.explain",
            "parallel.parallel",
            "parallel.sign",
            "parallel.template",
            "parallel.type_totals",
            "people.mail_again",
            "people.mail_given_up",
        ),
        frozenset({409}),
    ),
    "order_entry.step": frozenset({302}),
    "ordering.step": frozenset({302}),
    # Another's address is not there; of one's own a number of nobody is refused in words.
    "nonprofit_details.remove": frozenset({404, 409}),
    "organization_people.remove": frozenset({404, 409}),
}
"""What those who may get for what is foreign or missing, where it is not 404."""
