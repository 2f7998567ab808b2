"""What an organization may order."""

from flask import render_template

from royalties.domain.people import ORGANIZATIONS
from royalties.services import inquiries, public
from royalties.services.books import setup_in_force
from royalties.web.pages import Pages
from royalties.web.public.pages import FORMATS, offers_of
from royalties.web.visit import act

PAGES = Pages("organization", __name__, "/organization", ORGANIZATIONS)


@PAGES.get("/")
def home() -> str:
    """Titles that are offered in bulk or as a custom edition, with prices."""
    work = act()
    titles = [each for each in public.public_titles(work) if inquiries.offered(each)]
    currency = setup_in_force(work).publisher.currency if titles else ""
    return render_template(
        "organization/home.html",
        titles=[(each, *offers_of(each, currency, work.today)) for each in titles],
        offered=inquiries.offered,
        formats=FORMATS,
    )
