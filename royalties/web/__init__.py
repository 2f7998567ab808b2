"""Pages for people: the finance desk, the nonprofits' portal, the public title page."""

import importlib
from collections.abc import Iterator

from flask import Flask, abort, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.datastructures import MultiDict

from royalties.web import (
    access,
    bodies,
    calculating,
    errors,
    formats,
    layout,
    origin,
    visit,
    waiting,
)
from royalties.web.account import known
from royalties.web.pages import Number, Pages

ROOMS = (
    "account.factor",
    "account.links",
    "account.pages",
    "finance.approvals",
    "finance.catalogue",
    "finance.closing",
    "finance.entry",
    "finance.home",
    "finance.importing",
    "finance.invoices",
    "finance.ledger",
    "finance.order_entry",
    "finance.order_files",
    "finance.order_money",
    "finance.order_quotes",
    "finance.order_shipping",
    "finance.orders",
    "finance.organizations",
    "finance.people",
    "finance.price_lists",
    "finance.rates",
    "finance.runs",
    "finance.sales",
    "finance.statements",
    "finance.terms",
    "finance.uploading",
    "nonprofit.details",
    "nonprofit.pages",
    "organization.certificates",
    "organization.files",
    "organization.order",
    "organization.pages",
    "organization.people",
    "ordering",
    "public.order_links",
    "public.pages",
    "public.quote_links",
    "public.regions",
)
"""Modules with a group of pages each, ``PAGES``."""


def prepare(app: Flask) -> None:
    """Give an application all pages and what they share."""
    app.url_map.converters["int"] = Number
    access.prepare(app)
    bodies.prepare(app)
    app.before_request(_refuse_nul)
    origin.prepare(app)
    CSRFProtect(app)
    visit.prepare(app)
    known.prepare(app)
    waiting.prepare(app)
    formats.prepare(app)
    layout.prepare(app)
    errors.prepare(app)
    calculating.prepare(app)
    for room in ROOMS:
        pages: Pages = importlib.import_module(f"royalties.web.{room}").PAGES
        app.register_blueprint(pages)
    app.add_url_rule("/", "root", lambda: redirect(url_for("account.root")))


def _refuse_nul() -> None:
    """Refuse what no browser sends and PostgreSQL's texts cannot hold."""
    said = [request.path, *_texts(request.args), *_texts(request.form)]
    if any("\0" in text for text in said):
        abort(400)


def _texts(values: MultiDict[str, str]) -> Iterator[str]:
    for name, value in values.items(multi=True):
        yield name
        yield value
