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
        form: what is sent.
        page: where the form stands, if it is sent as it stands there (``form`` amends it).
        query: what is asked for behind the address.
        answers: statuses of those who may.
    """

    look: frozenset[Role] | None = None
    send: frozenset[Role] | None = None
    own: Values = field(default_factory=dict)
    foreign: tuple[Values, ...] = ()
    missing: Values | None = None
    form: Values = field(default_factory=dict)
    page: str = ""
    query: str = ""
    answers: frozenset[int] = frozenset({200, 302, 303})


_NO_PERIOD: Values = {"period": "2031-H1"}
_OPEN: Values = {"period": rich.OPEN}
_CLOSED: Values = {"period": rich.CLOSED}
_NO_NUMBER: Values = {"number": NUMBER}
_NO_KEY: Values = {"key": "nobody"}
_TITLE, _RETAILER = {"key": "collab"}, {"key": "amazon"}
_CONTRACT, _PLAN = {"key": "foot-2015"}, {"key": "cities"}
_OWN: Values = {"key": "seattle"}
_FOREIGN: Values = {"key": "houston"}
_SEATTLES, _HOUSTONS, _NOBODYS = "2025-H1-004", "2025-H1-002", "2025-H1-999"
_LINE: Values = {"period": rich.OPEN, "key": "foot-2015", "number": 1}
_REFUSED = frozenset({200, 302, 303, 409, 422})
"""Also answers of who may, where the books as they stand do not allow it."""


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
    "account.sign_in": Row(EVERYBODY, EVERYBODY, answers=_REFUSED),
    "account.second_factor": Row(EVERYBODY, EVERYBODY, answers=_REFUSED),
    "account.sign_out": Row(send=EVERYBODY),
    "account.account": Row(EVERYBODY, EVERYBODY, form={"name": "Some Body", "locale": "en_GB"}),
    "account.password": Row(send=EVERYBODY, answers=_REFUSED),
    "account.end_session": Row(
        send=EVERYBODY, form={"session": "0" * 64}, answers=frozenset({302, 404})
    ),
    "account.sign_out_everywhere": Row(send=EVERYBODY),
    "factor.set_up": Row(EVERYBODY, EVERYBODY, answers=_REFUSED),
    "factor.skip": Row(send=EVERYBODY, answers=_REFUSED),
    "factor.renew_codes": Row(EVERYBODY, EVERYBODY, form={"password": PASSWORD}),
    "links.forgotten": Row(EVERYBODY, EVERYBODY, form={"email": "nobody@example.org"}),
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
    "home.search": _desk(query="?q=collab"),
    "importing.uploads": _desk(),
    "importing.send": Row(send=FINANCE, answers=frozenset({422})),
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
    "uploading.record": Row(
        send=FINANCE, own={"number": rich.UPLOAD_GOOD}, missing=_NO_NUMBER, answers=_REFUSED
    ),
    "uploading.remove": Row(send=FINANCE, own={"number": rich.UPLOAD_GOOD}, missing=_NO_NUMBER),
    "entry.sheet": _desk(),
    "entry.books": _desk(query="?q=collab"),
    "entry.fresh_token": _desk(),
    "entry.submit": Row(
        send=FINANCE,
        form={"do": "keep", "retailer": "bay", "token": "mine", "version": "0", "sheet": "[]"},
    ),
    "entry.keep_draft": Row(
        send=FINANCE,
        form={"retailer": "bay", "token": "mine", "version": "0", "sheet": "[]"},
    ),
    "entry.recorded": _desk(own={"number": rich.TYPED}, missing=_NO_NUMBER),
    "entry.undo": Row(send=FINANCE, own={"number": rich.TYPED}, missing=_NO_NUMBER),
    "sales.sales": _desk(),
    "sales.as_csv": _desk(),
    "sales.as_xlsx": _desk(),
}
_CLOSING = {
    "closing.periods": _desk(),
    "closing.period": _desk(own=_OPEN, missing=_NO_PERIOD),
    "closing.jumps": _desk(own=_OPEN, missing=_NO_PERIOD),
    "closing.explain": Row(
        send=FINANCE,
        own=_OPEN,
        form={"subject": "title:collab", "figure": "1", "text": "As expected"},
    ),
    "closing.checklist": _desk(own=_OPEN, missing=_NO_PERIOD),
    "closing.looked": Row(send=FINANCE, own=_OPEN, form={"fingerprint": "0" * 64}),
    "closing.prepare_close": Row(
        send=FINANCE, own=_OPEN, form={"note": "Again"}, answers=frozenset({409})
    ),
    "closing.approve_close": _close(send=MANAGERS, form={"looked": "y"}),
    "closing.refuse_close": _close(send=MANAGERS, form={"reason": "Not yet"}),
    "closing.withdraw_close": _close(send=FINANCE, answers=_REFUSED),
    "closing.done": _desk(own=_CLOSED, missing=_NO_PERIOD),
    "closing.workbook": _desk(own=_OPEN),
    "closing.statements": _desk(),
    "runs.contract": _desk(own={**_OPEN, **_CONTRACT}, missing={**_OPEN, **_NO_KEY}),
    "runs.line": _desk(own=_LINE, missing={**_LINE, **_NO_NUMBER}),
    "runs.draft": _desk(
        own={**_OPEN, "beneficiary": "seattle", "currency": "USD"},
        missing={**_OPEN, "beneficiary": "nobody", "currency": "USD"},
    ),
    "statements.one": _statement_of_desk(FINANCE),
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
        own={"name": "liability:beneficiary:seattle"}, missing={"name": "nothing"}
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
        MANAGERS, MANAGERS, own=_TITLE, missing=_NO_KEY, page="/finance/titles/collab/amend"
    ),
    "catalogue.new_title": Row(MANAGERS, MANAGERS, page="/finance/new-title", answers=_REFUSED),
    "catalogue.sample": Row(send=MANAGERS, own=_TITLE, missing=_NO_KEY, answers=_REFUSED),
    "catalogue.retailers": _desk(),
    "catalogue.retailer": _desk(own=_RETAILER, missing=_NO_KEY),
    "catalogue.retailer_history": _desk(own=_RETAILER, missing=_NO_KEY),
    "catalogue.amend_retailer": Row(
        MANAGERS, MANAGERS, own=_RETAILER, missing=_NO_KEY, page="/finance/retailers/amazon/amend"
    ),
    "catalogue.new_retailer": Row(
        MANAGERS, MANAGERS, page="/finance/new-retailer", answers=_REFUSED
    ),
    "terms.contracts": _desk(),
    "terms.contract": _desk(own=_CONTRACT, missing=_NO_KEY),
    "terms.amend_contract": Row(
        FINANCE,
        FINANCE,
        own={"key": "hand-2020"},
        missing=_NO_KEY,
        page="/finance/contracts/hand-2020/amend",
        form={"author": "Kim Foote the Younger"},
    ),
    "terms.try_contract": Row(
        send=FINANCE, own=_CONTRACT, missing=_NO_KEY, page="/finance/contracts/foot-2015/amend"
    ),
    "terms.new_contract": Row(FINANCE, FINANCE, page="/finance/new-contract", answers=_REFUSED),
    "terms.try_new_contract": Row(send=FINANCE, page="/finance/new-contract", answers=_REFUSED),
    "terms.beneficiaries": _desk(),
    "terms.beneficiary": _desk(own=_OWN, missing=_NO_KEY),
    "terms.amend_beneficiary": Row(
        FINANCE,
        FINANCE,
        own=_OWN,
        missing=_NO_KEY,
        page="/finance/beneficiaries/seattle/amend",
        form={"name": "Seattle Writers"},
    ),
    "terms.try_beneficiary": Row(
        send=FINANCE, own=_OWN, missing=_NO_KEY, page="/finance/beneficiaries/seattle/amend"
    ),
    "terms.payment_details": _desk(),
    "terms.amend_payment_details": Row(
        FINANCE,
        FINANCE,
        own={"key": "usd"},
        missing=_NO_KEY,
        page="/finance/payment-details/usd/amend",
        form={"bank": "Another Bank"},
        answers=_REFUSED,
    ),
    "terms.new_payment_details": Row(
        FINANCE, FINANCE, page="/finance/new-payment-details", answers=_REFUSED
    ),
    "terms.new_beneficiary": Row(
        FINANCE, FINANCE, page="/finance/new-beneficiary", answers=_REFUSED
    ),
    "terms.try_new_beneficiary": Row(
        send=FINANCE, page="/finance/new-beneficiary", answers=_REFUSED
    ),
    "terms.plans": _desk(),
    "terms.plan": _desk(own=_PLAN, missing=_NO_KEY),
    "terms.amend_version": _desk(
        own={**_PLAN, "version": "new"}, missing={**_NO_KEY, "version": "new"}
    ),
    "terms.save_version": Row(
        send=FINANCE,
        own={**_PLAN, "version": "new"},
        missing={**_NO_KEY, "version": "new"},
        page="/finance/plans/cities/versions/new",
        answers=_REFUSED,
    ),
    "terms.try_version": Row(
        send=FINANCE,
        own={**_PLAN, "version": "new"},
        missing={**_NO_KEY, "version": "new"},
        page="/finance/plans/cities/versions/new",
        answers=_REFUSED,
    ),
    "terms.new_plan": _desk(),
    "terms.add_plan": Row(send=FINANCE, page="/finance/new-plan", answers=_REFUSED),
    "terms.try_new_plan": Row(send=FINANCE, page="/finance/new-plan", answers=_REFUSED),
    "rates.rates": _desk(),
    "rates.enter_rate": Row(send=MANAGERS, form={"source": "EUR", "target": "USD", "rate": "1.05"}),
    "rates.enter_income": Row(
        send=MANAGERS,
        form={"contract": "foot-2015", "right": "translation", "amount": "10.00", "note": "Danish"},
        answers=_REFUSED,
    ),
    "approvals.approvals": _desk(),
    "approvals.proposal": _desk(own={"number": rich.CONTRACT_CHANGE}, missing=_NO_NUMBER),
    "approvals.tried": _proposal(rich.CONTRACT_CHANGE, send=FINANCE),
    "approvals.approve": _proposal(rich.CONTRACT_CHANGE, send=MANAGERS),
    "approvals.refuse": _proposal(rich.CONTRACT_CHANGE, send=MANAGERS, form={"reason": "Not yet"}),
    "approvals.withdraw": _proposal(rich.CONTRACT_CHANGE, send=FINANCE, answers=_REFUSED),
}
_HOUSE = {
    "people.people": _desk(MANAGERS),
    "people.audit": _desk(MANAGERS),
    "people.audit_csv": _desk(MANAGERS),
    "people.mail": _desk(MANAGERS),
    "people.mail_again": Row(
        send=MANAGERS, own={"number": 1}, missing=_NO_NUMBER, answers=_REFUSED
    ),
    "people.mail_given_up": Row(
        send=MANAGERS, own={"number": 1}, missing=_NO_NUMBER, answers=_REFUSED
    ),
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
    "people.enable": _person(answers=_REFUSED),
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
    return _order(number, None, send=FINANCE, answers=_REFUSED, **more)


_NO_ORDER = "O-2026-0999"
_GUILD: Values = {"key": "guild"}
_ENTRY: Values = {"key": "collab"}
_PAPER: Values = {"key": "guild", "certificate": orders.CERTIFICATE}
_NO_PAPER: Values = {**_PAPER, "certificate": NUMBER}
_VERSION: Values = {"key": "standard", "version": "2015-01-01"}
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
        answers=_REFUSED,
    ),
    "order_entry.price": Row(
        send=FINANCE, own=_ENTRY, missing=_NO_KEY, form={"copies": "100", "kind": "bulk"}
    ),
    "orders.order": _order(orders.ASKED, look=FINANCE),
    "orders.assign": _order(
        orders.ASKED, send=FINANCE, page=f"/finance/orders/{orders.ASKED}", form={"person": ""}
    ),
    "orders.ask_move": _order(orders.QUOTED, look=FINANCE),
    "orders.move": _order_form(orders.QUOTED, form={"organization": "old-league", "sure": "1"}),
    "orders.hold": _order_form(form={"reason": "They moved"}),
    "orders.resume": _order_form(),
    "orders.promise": _order_form(form={"reason": "Paper", "day": "2026-12-24"}),
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
    "order_files.preview": _order(orders.PROOFED, {"file": orders.PROOF, "page": 1}, look=FINANCE),
    "order_files.cover": _order(orders.PROOFED, look=FINANCE),
    "order_files.original": _order(orders.PROOFED, {"file": orders.LOGO}, look=FINANCE),
    "order_shipping.shipping": _order(orders.BILLED, look=FINANCE),
    "order_shipping.produce": _order_form(),
    "order_shipping.edition": _order_form(),
    "order_shipping.ship": _order_form(),
    "order_shipping.came_back": _order_form(),
    "order_shipping.packing_list": _order(
        orders.BILLED, {"shipment": orders.SHIPMENT, "file": "xlsx"}, look=FINANCE
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
        answers=_REFUSED,
    ),
    "order_money.ask_reverse": _order(orders.BILLED, {"receipt": orders.RECEIPT}, look=MANAGERS),
    "order_money.reverse": _order(
        orders.BILLED, {"receipt": orders.RECEIPT}, send=MANAGERS, form={"reason": "Typed twice"}
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
    "invoices.remind": Row(send=FINANCE, own=_BILL, missing=_NO_BILL, answers=_REFUSED),
    "organizations.organizations": _desk(),
    "organizations.organization": _desk(own=_GUILD, missing=_NO_KEY),
    "organizations.amend": Row(
        MANAGERS, MANAGERS, own=_GUILD, missing=_NO_KEY, page="/finance/organizations/guild/amend"
    ),
    "organizations.new": Row(
        MANAGERS, MANAGERS, page="/finance/organizations/new/organization", answers=_REFUSED
    ),
    "organizations.certificate_file": _desk(own=_PAPER, missing=_NO_PAPER),
    "organizations.check_certificate": Row(send=FINANCE, own=_PAPER, missing=_NO_PAPER),
    "organizations.refuse_certificate": Row(
        send=FINANCE, own=_PAPER, missing=_NO_PAPER, form={"reason": "Not signed"}
    ),
    "organizations.account": _desk(own=_GUILD, missing=_NO_KEY),
    "organizations.account_file": _desk(own=_GUILD, missing=_NO_KEY),
    "price_lists.price_lists": _desk(),
    "price_lists.price_list": _desk(own={"key": "standard"}, missing=_NO_KEY),
    "price_lists.amend": Row(
        MANAGERS,
        MANAGERS,
        own=_VERSION,
        missing={**_VERSION, **_NO_KEY},
        page="/finance/price-lists/standard/versions/2015-01-01",
    ),
    "price_lists.new": Row(
        MANAGERS, MANAGERS, page="/finance/price-lists/new/price-list", answers=_REFUSED
    ),
}


def _own_order(number: str = orders.PROOFED, more: Values | None = None, /, **row: object) -> Row:
    """A page or form of one's own order; the league's is not the guild's."""
    sends = "send" in row
    return Row(
        None if sends else ORGANIZATIONS,
        own={"number": number, **(more or {})},
        foreign=({"number": orders.AHEAD, **(more or {})},),
        missing={"number": "O-2026-9999", **(more or {})},
        answers=_REFUSED if sends else frozenset({200}),
        **row,  # type: ignore[arg-type]  # checked where rows are written
    )


def _own_form(number: str = orders.PROOFED, **more: object) -> Row:
    return _own_order(number, None, send=ORGANIZATIONS, **more)


def _own_house(values: Values | None = None, /, **more: object) -> Row:
    """A page of an organization, which is another one's under another key."""
    found = values or {}
    return Row(
        own={**_GUILD, **found},
        foreign=({"key": "league", **found},),
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
        answers=_REFUSED,
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
        ORGANIZATIONS, own={"key": "guild"}, foreign=({"key": "league"},), missing=_NO_KEY
    ),
    "organization_people.choose": Row(ORGANIZATIONS),
    "organization_people.people": _own_house(look=ORGANIZATIONS),
    "organization_people.invite": _own_house(
        send=ORGANIZATIONS, form={"email": "new@example.org", "name": "New Comer"}
    ),
    "organization_people.remove": _own_house(
        {"number": NUMBER}, send=ORGANIZATIONS, answers=_REFUSED
    ),
    "organization_people.withdraw": _own_house(
        {"number": NUMBER}, send=ORGANIZATIONS, answers=_REFUSED
    ),
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
    "organization_orders.quote_file": _own_order(orders.BILLED, {"version": 1, "file": "pdf"}),
    "organization_orders.messages": _own_order(),
    "organization_orders.say": _own_form(form={"text": "Dear house"}),
    "organization_orders.original": _own_order(orders.PROOFED, _FILE),
    "organization_orders.packing_list": _own_order(orders.BILLED, {"shipment": 1, "file": "xlsx"}),
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
        answers=frozenset({404}),
    ),
    "organization_files.preview": _own_order(orders.PROOFED, {**_FILE, "page_number": 1}),
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
            "organization": "guild",
            "country": "US",
            "region": "WA",
            "signed_on": "2026-01-02",
            "expires_on": "2027-01-02",
        },
        answers=_REFUSED,
    ),
    "organization_certificates.file": Row(
        ORGANIZATIONS,
        own={"number": orders.CERTIFICATE},
        missing=_NO_NUMBER,
        answers=frozenset({200, 404}),  # 404 for the other organization
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
        answers=_REFUSED,
    ),
    "ordering.price": Row(
        send=EVERYBODY, own=_TITLE, missing=_NO_KEY, form={"copies": "100", "kind": "bulk"}
    ),
    "ordering.sent": Row(EVERYBODY, own=_TITLE, missing=_NO_KEY),
    "regions.regions": Row(EVERYBODY, own={"country": "US"}, missing={"country": "XX"}),
    "quote_links.answered": Row(EVERYBODY, own={"what": "asked"}, missing={"what": "nothing"}),
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
    "nonprofit.explained": _portal(),
    "nonprofit_details.details": _portal(),
    "nonprofit_details.keep_details": _portal(
        send=NONPROFITS, form={"contact": "Sam", "email": "sam@example.org"}
    ),
    "nonprofit_details.people": _portal(),
    "nonprofit_details.invite": _portal(
        send=NONPROFITS, form={"email": "new@example.org", "name": "New Comer"}
    ),
    "nonprofit_details.remove": _portal({"number": rich.COLLEAGUE}, send=NONPROFITS),
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
