"""A page per title, for everybody: the book, where to buy it, what it gave, and how to ask."""

from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, send_file, url_for

from royalties.domain.money import as_decimal, micro_text
from royalties.domain.orders.life import OrderKind
from royalties.domain.people import EVERYBODY, Verb
from royalties.domain.terms.catalogue import Edition, Format, Title
from royalties.services.books import setup_in_force
from royalties.services.desk import public
from royalties.services.orders.intake.products import product_of
from royalties.services.work import Work
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.paging import part_of
from royalties.web.core.visit import current_work
from royalties.web.title_words import FORMATS

PAGES = Pages("public", __name__, "/titles", EVERYBODY)

SCHEMAS = {
    Format.HARDCOVER: "https://schema.org/Hardcover",
    Format.PAPERBACK: "https://schema.org/Paperback",
    Format.EBOOK: "https://schema.org/EBook",
    Format.AUDIOBOOK: "https://schema.org/AudiobookFormat",
}
"""Formats as machines read them."""

ORDERED = {
    OrderKind.BULK: "Copies in bulk",
    OrderKind.CUSTOM: "A co-branded custom edition",
}
"""What organizations order of a title, as its page calls it."""


@dataclass(frozen=True, slots=True)
class EditionPrices:
    """An edition with its list prices of today, as exact text by currency."""

    edition: Edition
    prices: dict[str, str]


@PAGES.get("/")
def titles() -> str:
    """The titles that everybody may see."""
    return render_template(
        "public/titles.html", found=part_of(public.public_titles(current_work()))
    )


@PAGES.get("/<key>")
def title(key: str) -> str:
    """The page of a title; the desk also sees it before everybody else does."""
    work = current_work()
    title = _find_title(work, key)
    setup = setup_in_force(work)
    order = product_of(work, title.key)
    offers, currencies = editions_for_sale(title, setup.publisher.currency, work.today)
    return render_template(
        "public/title.html",
        title=title,
        canonical=work.base_url + url_for(".title", key=title.key),
        shown=title.shown,
        offers=offers,
        currencies=currencies,
        formats=FORMATS,
        schemas=SCHEMAS,
        sellers=[
            (setup.retailers[seller.retailer].name, seller.url)
            for seller in title.shown.sold_by
            if seller.retailer in setup.retailers
        ],
        samples=_sample_addresses(work, title),
        given=public.amounts_allocated(work, title),
        as_decimal=as_decimal,
        ordered={kind: ORDERED[kind] for kind in order.kinds} if order else {},
    )


@PAGES.get("/<key>/samples/<int:place>")
def sample(key: str, place: int) -> Answer:
    """A sample chapter to keep; it is never shown inside a page of ours."""
    work = current_work()
    title = _find_title(work, key)
    path = public.sample(work, title, place)
    if path is None:
        abort(404)
    name = f"{title.title}, chapter {place}.pdf"
    return send_file(path, "application/pdf", as_attachment=True, download_name=name)


def editions_for_sale(
    title: Title, first: str, today: date
) -> tuple[list[EditionPrices], list[str]]:
    """A title's editions with the prices of a day, and their currencies, the house's first.

    Editions that were made for one customer are nobody else's business.
    """
    editions = [edition for edition in title.editions if edition.format is not Format.CUSTOM]
    known = {price.currency for edition in editions for price in edition.prices}
    currencies = sorted(known, key=lambda currency: (currency != first, currency))
    offers = []
    for edition in editions:
        micro = {currency: edition.price_on(today, currency) for currency in currencies}
        prices = {
            currency: micro_text(amount, 0)
            for currency, amount in micro.items()
            if amount is not None
        }
        offers.append(EditionPrices(edition, prices))
    used = [
        currency for currency in currencies if any(currency in offer.prices for offer in offers)
    ]
    return offers, used


def _find_title(work: Work, key: str) -> Title:
    """A title that everybody may see, or that the desk may see before everybody does."""
    title = public.public_title(work, key)
    if title is None and work.actor.may(Verb.READ):
        title = public.any_title(work, key)
    if title is None:
        abort(404)
    return title


def _sample_addresses(work: Work, title: Title) -> dict[int, str]:
    """Where the samples of chapters lead, by the chapter's place."""
    samples = {}
    for place, chapter in enumerate(title.shown.chapters, 1):
        if chapter.sample.startswith("https:"):
            samples[place] = chapter.sample
        elif public.sample(work, title, place) is not None:
            samples[place] = url_for(".sample", key=title.key, place=place)
    return samples
