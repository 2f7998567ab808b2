"""The fields of a request's steps: what each is called, its hint, and how much may be written."""

from typing import Any

from royalties.domain.orders.pricing import Option
from royalties.web.forms.choices import Selection, Ticks
from royalties.web.forms.entries import EntryForm, RowList
from royalties.web.forms.fields import (
    Country,
    DayField,
    Email,
    EntryField,
    Hidden,
    Lines,
    Region,
    Tick,
)

MOST_ADDRESSES = 25
"""Addresses of a request on these pages; more are sent as a list, by message."""

_NUMERIC = {"inputmode": "numeric"}


class AddressForm(EntryForm):
    """Where some of the copies go."""

    copies = EntryField("Copies", longest=9, render_kw=_NUMERIC)
    name = EntryField("Who receives them", longest=200)
    street = EntryField("Street", longest=120)
    street2 = EntryField("More of the address", longest=120)
    city = EntryField("City", longest=120)
    region = Region("State", short=True, longest=100)
    postcode = EntryField("ZIP", longest=20)
    country = Country("Country", short=True)


class Addresses(RowList):
    """Addresses as the pages send them: the values of ``to_name`` one after another."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:  # noqa: ANN401, ARG002 - as WTForms has it
        """Take the addresses that were sent, in their order; one too many, to be refused."""
        self.process_errors = []
        names = [each.short_name for each in self.row()]
        columns = [formdata.getlist(f"to_{name}") if formdata else [] for name in names]
        self.rows = []
        for values in list(zip(*columns, strict=False))[: MOST_ADDRESSES + 1]:
            row = self.row()
            for field, value in zip(row, values, strict=True):
                field.process_formdata([value])
            self.rows.append(row)


class RequestForm(EntryForm):
    """A request: what, where and who."""

    kind = Selection("What would you like?")
    isbn = Selection("Edition")
    copies = EntryField("Copies", short=True, longest=9, render_kw=_NUMERIC)
    option = Ticks("What makes it yours", options=tuple((each.value, "") for each in Option))
    need_by = DayField("Needed by", short=True)
    rush = Tick("Rush: sooner, for a charge")
    region = Region("Goes to the state", short=True, longest=100)
    country = Country("Country", short=True)
    tax = Selection("Sales tax")

    addresses = Addresses(AddressForm, "address")

    for_ = Selection("Organization", name="for")
    organization = EntryField("Organization", longest=120)
    contact_name = EntryField("Your name", longest=200)
    contact_email = Email("E-mail", longest=254)
    audience = EntryField(
        "Who will read them?",
        hint="Such as the volunteers of a spring campaign; it helps us to advise you.",
        longest=500,
    )
    message = Lines("Anything else?", rows=4, longest=4000)
    tell = Tick(
        "Tell the contact by e-mail",
        hint="That the request came in. Who has no account is invited to follow the order, and "
        "sees all of the organization’s.",
    )
    bill_street = EntryField("Street", longest=120)
    bill_street2 = EntryField("More of the address", longest=120)
    bill_city = EntryField("City", longest=120)
    bill_region = Region("State", short=True, longest=100)
    bill_postcode = EntryField("ZIP", longest=20)
    bill_country = Country("Country", short=True)
    again = Hidden()

    of_what = ("kind", "isbn", "copies", "need_by", "region", "country", "tax")
    of_who = (
        "for_",
        "organization",
        "contact_name",
        "contact_email",
        "audience",
        "message",
        "tell",
        "bill_street",
        "bill_street2",
        "bill_city",
        "bill_region",
        "bill_postcode",
        "bill_country",
    )
    """Which texts are on the first step, and on the last."""
