"""An organization's own room: its orders, what it may order, and its invoices."""

from flask import Response, abort, render_template, url_for

from royalties.domain.people import ORGANIZATIONS
from royalties.services.books import setup_in_force
from royalties.services.orders.billing import invoicing, receivables
from royalties.services.orders.intake import customer_orders, products
from royalties.web.core.files import download
from royalties.web.core.names import named
from royalties.web.core.pages import Pages, number_in_query
from royalties.web.core.paging import part_of
from royalties.web.core.visit import current_work
from royalties.web.ordering.fields import unit_text
from royalties.web.organization.actions import WORDS, addressed
from royalties.web.title_words import FORMATS

PAGES = Pages("organization", __name__, "/organization", ORGANIZATIONS)


@PAGES.get("/")
def home() -> str:
    """The organization's orders: each one's state, and what it waits for."""
    before = number_in_query("before")
    orders, more = customer_orders.listed(current_work(), before=before)
    return render_template(
        "organization/home.html",
        own=customer_orders.organizations(current_work()),
        yours=[row for row in orders if row.is_yours],
        running=[row for row in orders if not row.is_yours and not row.is_ended],
        ended=[row for row in orders if row.is_ended],
        more=url_for(".home", before=orders[-1].order.id) if more else "",
        newer=url_for(".home") if before else "",
        words=WORDS.__getitem__,
        addressed=addressed,
    )


@PAGES.get("/titles")
def titles() -> str:
    """What may be ordered, with its prices by quantity."""
    return render_template(
        "organization/titles.html",
        own=customer_orders.organizations(current_work()),
        found=part_of(products.products(current_work())),
        formats=FORMATS,
        unit=unit_text,
    )


@PAGES.get("/invoices")
def invoices() -> str:
    """Invoices and credit notes, and what is open."""
    page = number_in_query("page", 1)
    listed, more = customer_orders.invoices(current_work(), page=page)
    return render_template(
        "organization/invoices.html",
        own=customer_orders.organizations(current_work()),
        invoices=listed,
        aged=receivables.aging(current_work(), current_work().today),
        overdue=lambda due: (current_work().today - due).days,
        house=setup_in_force(current_work()).publisher
        if customer_orders.organizations(current_work())
        else None,
        before=url_for(".invoices", page=page - 1) if page > 1 else "",
        more=url_for(".invoices", page=page + 1) if more else "",
    )


@PAGES.get("/invoices/<number>.<any(pdf, xlsx):file>")
def invoice_file(number: str, file: str) -> Response:
    """An invoice as it was issued, as a file."""
    if invoicing.invoice_of(current_work(), number) is None:
        abort(404)
    document = invoicing.invoice_paper(current_work(), number, file)
    return download(document.name, document.data)


@PAGES.get("/<key>/account.xlsx")
def account_file(key: str) -> Response:
    """The statement of account: all that was invoiced, credited and received."""
    organization = customer_orders.organizations(current_work()).get(key)
    if organization is None or not receivables.statement_of_account(current_work(), key):
        abort(404)
    name = f"Statement of account {named(key, 'organizations')}.xlsx"
    return download(name, receivables.account_workbook(current_work(), key))
