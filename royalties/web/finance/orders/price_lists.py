"""Price lists: terms in plain words, a further version from a day on, what N would cost."""

from typing import Any

from flask import abort, render_template, request, url_for

from royalties.domain.orders import pricing
from royalties.domain.orders.life import PATH, OrderKind
from royalties.domain.orders.price_lists import Option, PriceList
from royalties.domain.people import FINANCE
from royalties.domain.terms.wording import percent
from royalties.ingest import places
from royalties.services.books import Setup
from royalties.services.orders import preconditions
from royalties.services.orders.quoting import quotes
from royalties.services.orders.quoting import terms as order_terms_of
from royalties.services.terms import amending as terms
from royalties.services.work import RefusedError
from royalties.web.core.names import abort_unknown, in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.paging import part_of
from royalties.web.core.visit import current_work
from royalties.web.finance.orders import terms as order_terms
from royalties.web.finance.orders.price_form import PriceListForm, PriceSheet
from royalties.web.finance.terms.again import NEW, asked_again
from royalties.web.finance.terms.editing import AmendForm
from royalties.web.forms.numbers import as_read
from royalties.web.ordering import fields as order_forms

PAGES = Pages("price_lists", __name__, "/finance/price-lists", FINANCE)

_PART = "price_lists"


@PAGES.get("")
def price_lists() -> Answer:
    """Every price list, with the version in force."""
    work = current_work()
    setup = preconditions.setup_or_none(work)
    listed = sorted(setup.price_lists.values(), key=lambda prices: prices.key) if setup else []
    return render_template(
        "finance/orders/price_lists.html",
        found=part_of([(prices, prices.on(work.today)) for prices in listed]),
        titles=setup.titles if setup else {},
        has_setup=setup is not None,
    )


@PAGES.get("/<key>")
def price_list(key: str) -> Answer:
    """One price list as sentences and tables, and what some copies would cost by it."""
    work = current_work()
    setup, prices = _find_price_list(key)
    asked = request.args.get("version", "")
    version = next(
        (candidate for candidate in prices.versions if candidate.starts.isoformat() == asked),
        prices.on(work.today),
    )
    version = version or prices.versions[0]
    titles = _titles_of(setup, prices)
    tried, refused = _trial_quote(setup, titles)
    return render_template(
        "finance/orders/price_list.html",
        prices=prices,
        version=version,
        is_in_force=version == prices.on(work.today),
        titles=titles,
        retailers=[
            setup.retailers[retailer].name if retailer in setup.retailers else retailer
            for retailer in dict.fromkeys(prices.retailers.values())
        ],
        cancellation=sorted(version.cancellation.items(), key=lambda charge: PATH.index(charge[0])),
        percent=percent,
        unit=order_forms.unit,
        options=tuple(Option),
        asked=request.args,
        chosen=request.args.getlist("option"),
        tried=tried,
        refused=refused,
        history=terms.history(work, _PART, key, as_read),
        waiting=terms.waiting_for(work, _PART, key),
    )


@PAGES.route("/<key>/versions/<version>", methods=["GET", "POST"])
def amend(key: str, version: str) -> Answer:
    """The form of a version, or of a further one that begins as the newest; sent, it is saved."""
    order_terms.require_load()
    _find_price_list(key)
    now = terms.find_entry(current_work(), _PART, key)
    if now is None:
        abort(404)
    listed = sorted(now.body["versions"], key=lambda each: each["from"])
    chosen = next((each for each in listed if each["from"] == version), None)
    if chosen is None and version != NEW:
        abort(404)
    amended = "" if chosen is None else version
    if request.method == "POST":
        return _save(key, now.body, amended)
    again, proposed = asked_again(_PART, key)
    begins = proposed.version if proposed else chosen or {**listed[-1], "from": ""}
    form = PriceListForm(body={**(proposed.body if proposed else now.body), **begins})
    sheet = PriceSheet(_PART, key, form, now.body, now.id, version=amended)
    sheet.prepare_again(again)
    return _form_page(sheet)


@PAGES.route("/new/price-list", methods=["GET", "POST"])
def new() -> Answer:
    """An empty form; sent, the price list is added."""
    order_terms.require_load()
    if request.method == "POST":
        return _save("", None, "")
    setup = preconditions.setup_or_none(current_work())
    start: dict[str, Any] = {"currency": setup.publisher.currency if setup else ""}
    again, proposed = asked_again(_PART)
    if proposed is not None:
        start = {**proposed.body, **proposed.version}
    sheet = PriceSheet(_PART, "", PriceListForm(body=start), None, 0)
    sheet.prepare_again(again)
    return _form_page(sheet)


def _find_price_list(key: str) -> tuple[Setup, PriceList]:
    setup = preconditions.setup_or_none(current_work())
    prices = setup.price_lists.get(key) if setup else None
    if setup is None or prices is None:
        abort_unknown(_PART, key)
    return setup, prices


def _save(key: str, base: dict[str, Any] | None, version: str) -> Answer:
    sheet = PriceSheet.typed(_PART, key, PriceListForm, base, version)
    return order_terms.answer_form(sheet, _form_page, _onward)


def _form_page(sheet: AmendForm) -> str:
    sheet.form.padded()
    version = sheet.version or NEW
    return render_template(
        "finance/orders/price_list_form.html",
        sheet=sheet,
        at_once=terms.acts_at_once(current_work()),
        save_at=url_for(".new")
        if sheet.is_new
        else url_for(".amend", key=sheet.key, version=version),
    )


def _onward(sheet: AmendForm) -> str:
    return url_for(".price_list", key=sheet.body["key"], version=sheet.form["from_"].data)


# What N copies would cost


def _titles_of(setup: Setup, prices: PriceList) -> dict[str, str]:
    """Titles that go by a price list and have an edition to order, by key."""
    orderable = {}
    for title in sorted(setup.titles.values(), key=lambda each: each.title):
        if preconditions.price_list_for(setup, title.key) is not prices:
            continue
        if order_terms_of.editions_offered(setup, title, current_work().today):
            orderable[title.key] = title.title
    return orderable


def _place_asked(text: str) -> str:
    region, _, country = text.rpartition(",")
    return places.place(f"{country.strip()}-{region.strip()}" if region else text)


def _trial_quote(setup: Setup, titles: dict[str, str]) -> tuple[pricing.Quote | None, str]:
    """The price of what is asked for in the address, or why it is not offered."""
    copies = request.args.get("copies", "").strip()
    title = request.args.get("title", "")
    if not copies or title not in titles:
        return None, ""
    if not (copies.isascii() and copies.isdecimal() and len(copies) < 8):  # noqa: PLR2004
        return None, f"{copies[:20]} is no number of copies"
    options = tuple(each for each in Option if each.value in request.args.getlist("option"))
    try:
        place = _place_asked(request.args.get("place", "").strip() or "US")
    except places.NotAPlaceError as error:
        return None, in_names(error)
    asked = pricing.PriceRequest(
        OrderKind.CUSTOM if options else OrderKind.BULK,
        (pricing.ShipTo(int(copies), place),),
        options,
        rush=request.args.get("rush") == "1",
    )
    edition, _ = order_terms_of.editions_offered(setup, setup.titles[title], current_work().today)[
        0
    ]
    try:
        return quotes.price_of(current_work(), title, edition.isbn, asked), ""
    except RefusedError as error:
        return None, in_names(error)
