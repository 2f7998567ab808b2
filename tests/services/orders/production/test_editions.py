"""Editions that were made for orders stay, whatever is loaded afterwards."""

import pytest

from royalties.ingest.setup import SetupError
from royalties.services.books import setup_in_force
from royalties.services.orders.production import editions
from royalties.services.terms import setup
from tests.builders.books import Office, after
from tests.builders.orders import IN_PROOF, order_of, order_setup, orders_underway


def made(office: Office) -> None:
    """One order has its own edition."""
    orders_underway(office)
    version = order_of(office, IN_PROOF).version
    with office.work() as work:
        editions.give_own_edition(work, IN_PROOF, None, version=version)


@after(made)
def test_setup_file_without_custom_editions_keeps_them(office: Office) -> None:
    own = order_of(office, IN_PROOF).own_isbn
    assert not office.load(order_setup()).changed
    wider = order_setup()
    wider["titles"][0]["authors"] = ["Somebody else"]
    assert office.load(wider).amended == {"titles": 1}
    with office.work(read_only=True) as work:
        title = setup_in_force(work).titles["collab"]
    assert title.authors == ("Somebody else",)
    assert title.editions[-1].isbn == own


@after(made)
def test_amending_a_title_must_keep_custom_editions(office: Office) -> None:
    (title,) = (each for each in order_setup()["titles"] if each["key"] == "collab")
    refused = pytest.raises(SetupError, match="stands in the books and cannot be left out")
    with refused, office.work() as work:
        setup.amend(work, "titles", title)
