"""Pages for people: the finance desk, the nonprofits' portal, the public title page."""

import importlib
from collections.abc import Iterator

from flask import Flask, abort, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.datastructures import MultiDict

from royalties.web.account import known
from royalties.web.core import (
    access,
    bodies,
    calculating,
    errors,
    formats,
    layout,
    names,
    origin,
    visit,
    waiting,
)
from royalties.web.core.pages import NumberConverter, Pages

ROOMS = (
    "account.factor",
    "account.links",
    "account.pages",
    "account.told",
    "finance.desk.approvals",
    "finance.desk.home",
    "finance.desk.house",
    "finance.desk.lists",
    "finance.desk.notes",
    "finance.desk.saved_filters",
    "finance.desk.setup_files",
    "finance.desk.together",
    "finance.periods.typed_totals",
    "finance.ledger.pages",
    "finance.orders.board",
    "finance.orders.files",
    "finance.orders.invoices",
    "finance.orders.manual_entry",
    "finance.orders.money",
    "finance.orders.organizations",
    "finance.orders.price_lists",
    "finance.orders.quotes",
    "finance.orders.shipping",
    "finance.orders.values",
    "finance.payments.bank_lines",
    "finance.payments.bank_details",
    "finance.payments.pages",
    "finance.payments.tax",
    "finance.payments.tax_deposits",
    "finance.payments.unclaimed",
    "finance.people.pages",
    "finance.periods.closing",
    "finance.periods.reserves_and_advances",
    "finance.periods.over_time",
    "finance.periods.runs",
    "finance.sales.aliases",
    "finance.sales.entry",
    "finance.sales.importing",
    "finance.sales.mapping",
    "finance.sales.over_time",
    "finance.sales.pages",
    "finance.sales.remembering",
    "finance.sales.uploading",
    "finance.statements.pages",
    "finance.terms.catalogue",
    "finance.terms.documents",
    "finance.terms.inverses",
    "finance.terms.mappings",
    "finance.terms.pages",
    "finance.terms.rates",
    "nonprofit.bank_details",
    "nonprofit.details",
    "nonprofit.pages",
    "nonprofit.received",
    "ordering.pages",
    "organization.certificates",
    "organization.files",
    "organization.order",
    "organization.pages",
    "organization.people",
    "public.logo",
    "public.order_links",
    "public.pages",
    "public.quote_links",
    "public.regions",
)
"""Modules with a group of pages each, ``PAGES``."""


def init_app(app: Flask) -> None:
    """Give an application all pages and what they share."""
    app.url_map.converters["int"] = NumberConverter
    access.init_app(app)
    bodies.init_app(app)
    app.before_request(_refuse_nul)
    origin.init_app(app)
    CSRFProtect(app)
    visit.init_app(app)
    known.init_app(app)
    waiting.init_app(app)
    formats.init_app(app)
    names.init_app(app)
    layout.init_app(app)
    errors.init_app(app)
    calculating.init_app(app)
    for room in ROOMS:
        pages: Pages = importlib.import_module(f"royalties.web.{room}").PAGES
        app.register_blueprint(pages)
    app.add_url_rule("/", "root", lambda: redirect(url_for("account.root")))


def _refuse_nul() -> None:
    """Refuse what no browser sends and PostgreSQL's texts cannot hold."""
    texts = [request.path, *_texts(request.args), *_texts(request.form)]
    if any("\0" in text for text in texts):
        abort(400)


def _texts(values: MultiDict[str, str]) -> Iterator[str]:
    for name, value in values.items(multi=True):
        yield name
        yield value
