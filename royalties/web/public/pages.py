"""A page per title, for everybody: the book, where to buy it, what it gave, and how to ask."""

from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, send_file, url_for

from royalties.domain.money import micro_text
from royalties.domain.orders.life import OrderKind
from royalties.domain.people import EVERYBODY, Verb
from royalties.domain.terms.catalogue import Edition, Format, Title
from royalties.services.books import setup_in_force
from royalties.services.desk import public
from royalties.services.orders.intake.offering import offer_of
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
    found = _seen(work, key)
    setup = setup_in_force(work)
    order = offer_of(work, found.key)
    offers, currencies = offers_of(found, setup.publisher.currency, work.today)
    return render_template(
        "public/title.html",
        title=found,
        canonical=work.base_url + url_for(".title", key=found.key),
        shown=found.shown,
        offers=offers,
        currencies=currencies,
        formats=FORMATS,
        schemas=SCHEMAS,
        sellers=[
            (setup.retailers[each.retailer].name, each.url)
            for each in found.shown.sold_by
            if each.retailer in setup.retailers
        ],
        samples=_samples(work, found),
        given=public.given(work, found),
        ordered={kind: ORDERED[kind] for kind in order.kinds} if order else {},
    )


@PAGES.get("/<key>/samples/<int:place>")
def sample(key: str, place: int) -> Answer:
    """A sample chapter to keep; it is never shown inside a page of ours."""
    work = current_work()
    path = public.sample(work, _seen(work, key), place)
    if path is None:
        abort(404)
    name = f"{key}-chapter-{place}.pdf"
    return send_file(path, "application/pdf", as_attachment=True, download_name=name)


def offers_of(title: Title, first: str, today: date) -> tuple[list[EditionPrices], list[str]]:
    """A title's editions with the prices of a day, and their currencies, the house's first.

    Editions that were made for one customer are nobody else's business.
    """
    editions = [each for each in title.editions if each.format is not Format.CUSTOM]
    known = {price.currency for edition in editions for price in edition.prices}
    currencies = sorted(known, key=lambda each: (each != first, each))
    offers = []
    for edition in editions:
        micro = {each: edition.price_on(today, each) for each in currencies}
        prices = {each: micro_text(found, 0) for each, found in micro.items() if found is not None}
        offers.append(EditionPrices(edition, prices))
    used = [each for each in currencies if any(each in offer.prices for offer in offers)]
    return offers, used


def _seen(work: Work, key: str) -> Title:
    """A title that everybody may see, or that the desk may see before everybody does."""
    found = public.public_title(work, key)
    if found is None and work.actor.may(Verb.READ):
        found = public.any_title(work, key)
    if found is None:
        abort(404)
    return found


def _samples(work: Work, title: Title) -> dict[int, str]:
    """Where the samples of chapters lead, by the chapter's place."""
    found = {}
    for place, chapter in enumerate(title.shown.chapters, 1):
        if chapter.sample.startswith("https:"):
            found[place] = chapter.sample
        elif public.sample(work, title, place) is not None:
            found[place] = url_for(".sample", key=title.key, place=place)
    return found
