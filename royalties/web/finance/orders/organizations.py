"""Organizations that order: list, page, certificates, add and amend."""

from flask import Response, abort, render_template, request, url_for

from royalties.domain.orders.life import label_of
from royalties.domain.people import FINANCE
from royalties.domain.terms.organizations import Organization
from royalties.ingest.setup import orders as models
from royalties.services.orders import board, preconditions
from royalties.services.orders.billing import certificates, receivables
from royalties.services.terms import amending as terms
from royalties.web.core.files import download
from royalties.web.core.names import abort_unknown
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.paging import part_of
from royalties.web.core.visit import current_work
from royalties.web.finance.orders import order as order_page
from royalties.web.finance.orders import terms as order_terms
from royalties.web.finance.terms.editing import AmendForm
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.model_fields import fields_of, key_field
from royalties.web.forms.numbers import as_read
from royalties.web.ordering import fields as order_forms
from royalties.web.ordering import forms

PAGES = Pages("organizations", __name__, "/finance/organizations", FINANCE)

_PART = "organizations"

_of = fields_of(models.Organization)


class OrganizationForm(EntryForm):
    """An organization: who they are, then how they are reached and how they pay."""

    key = key_field(models.Organization, "harbor-works")
    name = _of("name", hint=True)
    address = _of("address", hint=True)
    city = _of("city")
    country = _of("country")
    region = _of("region", hint=True, short=True)
    postcode = _of("postcode", short=True)
    email = _of("email", hint=True)
    phone = _of("phone")
    net_terms = _of("net_terms")

    how_reached = ("email", "phone", "net_terms")
    """The rest, beside who they are."""


@PAGES.get("")
def organizations() -> Answer:
    """Every organization, by name, with how many orders it has."""
    work = current_work()
    setup = preconditions.setup_or_none(work)
    searched = request.args.get("q", "").strip()[:200]
    every = sorted(
        setup.organizations.values() if setup else (),
        key=lambda organization: organization.name.casefold(),
    )
    matching = [
        organization
        for organization in every
        if searched.casefold()
        in f"{organization.key} {organization.name} {organization.city}".casefold()
    ]
    return render_template(
        "finance/orders/organizations.html",
        found=part_of(matching),
        counts=board.counts_by_organization(work),
        q=searched,
        has_setup=setup is not None,
    )


@PAGES.get("/<key>")
def organization(key: str) -> Answer:
    """One organization: where it is, how it pays, its orders, certificates and people."""
    return _organization_page(key)


def _organization_page(key: str, refused: str = "") -> str:
    work = current_work()
    organization = _find_organization(key)
    mine = board.BoardFilter(board.ORDER, organization=key)
    return render_template(
        "finance/orders/organization.html",
        organization=organization,
        board=board.board(work, mine),
        titles=order_page.title_names(),
        certificates=certificates.certificates(work, key),
        people=board.people_of(work, key),
        said=label_of,
        refused=refused,
        history=terms.history(work, _PART, key, as_read),
        waiting=terms.waiting_for(work, _PART, key),
    )


@PAGES.post("/<key>/certificates/<int:certificate>/check")
def check_certificate(key: str, certificate: int) -> Answer:
    """Let a tax certificate count."""
    _own_certificate(key, certificate)

    def do() -> str:
        certificates.check(current_work(), certificate)
        return "The certificate counts from now on; the organization is told."

    return order_forms.do_or_show(
        do, url_for(".organization", key=key), lambda why: _organization_page(key, why)
    )


@PAGES.post("/<key>/certificates/<int:certificate>/refuse")
def refuse_certificate(key: str, certificate: int) -> Answer:
    """Say why a tax certificate does not count."""
    _own_certificate(key, certificate)

    def do() -> str:
        certificates.refuse(current_work(), certificate, forms.ReasonForm().reason.data)
        return "The certificate does not count; the organization is told why."

    return order_forms.do_or_show(
        do, url_for(".organization", key=key), lambda why: _organization_page(key, why)
    )


@PAGES.get("/<key>/certificates/<int:certificate>")
def certificate_file(key: str, certificate: int) -> Response:
    """The signed paper, only ever to be saved."""
    _own_certificate(key, certificate)
    file = certificates.file_of(current_work(), certificate)
    if file is None:
        abort(404)
    return download(file.name, file.path.open("rb"))


@PAGES.get("/<key>/account")
def account(key: str) -> Answer:
    """All that was invoiced, credited and received, by currency."""
    organization = _find_organization(key)
    return render_template(
        "finance/orders/account.html",
        organization=organization,
        accounts=receivables.statement_of_account(current_work(), key),
    )


@PAGES.get("/<key>/account.xlsx")
def account_file(key: str) -> Response:
    """The statement of account as a workbook."""
    organization = _find_organization(key)
    data = receivables.account_workbook(current_work(), key)
    return download(f"Statement of account {organization.name}.xlsx", data)


def _own_certificate(key: str, number: int) -> None:
    _find_organization(key)
    if all(each.id != number for each in certificates.certificates(current_work(), key)):
        abort(404)


@PAGES.route("/<key>/amend", methods=["GET", "POST"])
def amend(key: str) -> Answer:
    """The form of an organization; sent, it is saved."""
    order_terms.require_load()
    _find_organization(key)
    now = terms.find_entry(current_work(), _PART, key)
    if now is None:
        abort(404)
    if request.method == "POST":
        sheet = AmendForm.typed(_PART, key, OrganizationForm, now.body)
        return order_terms.answer_form(sheet, _form_page, _onward)
    return _form_page(AmendForm.shown(_PART, OrganizationForm, now, {}))


@PAGES.route("/new/organization", methods=["GET", "POST"])
def new() -> Answer:
    """An empty form; sent, the organization is added."""
    order_terms.require_load()
    if request.method == "POST":
        sheet = AmendForm.typed(_PART, "", OrganizationForm, None)
        return order_terms.answer_form(sheet, _form_page, _onward)
    return _form_page(AmendForm.shown(_PART, OrganizationForm, None, {}))


def _find_organization(key: str) -> Organization:
    setup = preconditions.setup_or_none(current_work())
    organization = setup.organizations.get(key) if setup else None
    if organization is None:
        abort_unknown(_PART, key)
    return organization


def _form_page(sheet: AmendForm) -> str:
    return render_template(
        "finance/orders/organization_form.html",
        sheet=sheet,
        at_once=terms.acts_at_once(current_work()),
        save_at=url_for(".new") if sheet.is_new else url_for(".amend", key=sheet.key),
    )


def _onward(sheet: AmendForm) -> str:
    return url_for(".organization", key=sheet.body["key"])
