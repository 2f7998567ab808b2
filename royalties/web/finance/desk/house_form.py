"""The form of the house: the publisher's own data, and what the books begin with."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel import Locale

from royalties.domain.currencies import EXPONENTS
from royalties.domain.periods import Calendar, parse_period, period_of
from royalties.ingest.setup import models
from royalties.services.time_zone import time_zones
from royalties.services.work import RefusedError
from royalties.web.core.formats import locale
from royalties.web.core.names import in_names
from royalties.web.forms.choices import Selection
from royalties.web.forms.entries import EntryForm, Written
from royalties.web.forms.fields import DayField, Email, FileUpload, Options, Tick, Whole
from royalties.web.forms.model_fields import fields_of

CALENDARS: Mapping[Calendar, str] = {
    Calendar.HALF_YEARLY: "every half-year",
    Calendar.YEARLY: "every year",
    Calendar.QUARTERLY: "every quarter",
    Calendar.MONTHLY: "every month",
}

_of = fields_of(models.Publisher)


def _currencies() -> Options:
    names = Locale.parse(str(locale())).currencies
    listed = ((code, f"{names.get(code, code)} ({code})") for code in EXPONENTS)
    return sorted(listed, key=lambda each: each[1].casefold())


def _zones() -> Options:
    return [(each, each.replace("_", " ")) for each in time_zones()]


class HouseForm(EntryForm):
    """The house.

    Beside what the setup file says of the publisher: a day in the first period instead of its
    name, the time zone, the logo, and whether whoever begins works alone.
    """

    name = _of("name", label="Name of the publisher", hint="As statements print it.")
    address = _of("address", hint="As on a letterhead, one line each. Statements print it.")
    email = _of("email", kind=Email, hint="Where payees write with questions. Statements print it.")
    phone = _of("phone", short=True)
    website = _of("website", hint="With https://")
    holds_from = DayField(
        "This name and address hold from",
        hint="The first day of the papers that print them; earlier papers keep the ones before. "
        "Blank where you only correct them.",
    )
    take_back = Tick("Take the newest name and address back: the ones before it count again")
    logo = FileUpload(
        "Logo",
        hint="PNG, JPEG, SVG or PDF, up to 5 MB. Pages and papers show it; only a picture made "
        "anew is kept.",
        accept=".png,.jpg,.jpeg,.svg,.pdf,.tif,.tiff",
    )
    no_logo = Tick("Show no logo any more")
    currency = _of(
        "currency",
        kind=Selection,
        label="Currency of the books",
        options=_currencies,
        hint="Contracts may be in others.",
    )
    calendar = _of(
        "calendar",
        kind=Selection,
        options=[(each.value, words) for each, words in CALENDARS.items()],
    )
    first_day = DayField(
        "A day in the first period",
        hint="The period that contains it is the first one calculated here. What was before comes "
        "in as opening balances.",
        needed=True,
    )
    pays_within = _of(
        "pays_within",
        kind=Whole,
        hint="From a period’s end until its royalties are sent; statements then name the day.",
        short=True,
    )
    time_zone = Selection(
        "Time zone", options=_zones, hint="It decides what day it is.", needed=True
    )
    alone = Tick(
        "I work alone",
        hint="One person may prepare and approve. Leave it blank if somebody else approves what "
        "you prepare: contracts, plans, beneficiaries, and each close. It can be changed later.",
    )

    def as_fields(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The first period by its first day."""
        first = parse_period(body["first_period"], Calendar(body["calendar"]))
        newest: Mapping[str, Any] = max(
            body.get("letterheads", ()), key=lambda each: str(each["from"]), default={}
        )
        printed = {name: newest[name] for name in ("name", "address") if name in newest}
        if newest and "address" not in newest:
            printed["address"] = []
        return {**body, **printed, "first_day": first.starts.isoformat()}

    def as_body(self, written: Written) -> None:
        """The first period by its name; what is no part of the publisher's entry is left out."""
        body = written.body
        for name in ("logo", "no_logo", "time_zone", "alone", "holds_from", "take_back"):
            body.pop(name, None)
        written.places["first_period"] = "first_day"
        day = body.pop("first_day", None)
        calendar = body.get("calendar", "")
        if day is not None and calendar in set(Calendar):
            try:
                body["first_period"] = str(period_of(self.first_day.day, Calendar(calendar)))
            except RefusedError as error:
                self.first_day.errors.append(in_names(error))

    @classmethod
    def blank(cls, today: date, time_zone: str) -> "HouseForm":
        """What most houses begin with."""
        form = cls()
        form.calendar.data = Calendar.HALF_YEARLY.value
        form.first_day.data = period_of(today, Calendar.HALF_YEARLY).starts.isoformat()
        form.time_zone.data = time_zone
        territory = locale().territory
        form.currency.data = _CURRENCIES.get(territory or "", "USD")
        return form


def dated(
    typed: Mapping[str, Any], before: Mapping[str, Any] | None, starts: str, *, take_back: bool
) -> dict[str, Any]:
    """The publisher's body with its name and address from the day on which they hold.

    Args:
        typed: as the form has it, with the newest name and address.
        before: the body in force; None while there is none.
        starts: the day from which they hold; empty: they correct those before them.
        take_back: whether the newest ones are taken back.
    """
    body = dict(typed)
    old: list[Mapping[str, Any]] = sorted(
        (before or {}).get("letterheads", ()), key=lambda each: str(each["from"])
    )
    if before is None or not (old or starts):
        return body
    printed: dict[str, Any] = {name: body[name] for name in ("name", "address") if name in body}
    for name in ("name", "address"):
        body.pop(name, None)
        if name in before:
            body[name] = before[name]
    if take_back:
        new = old[:-1]
    elif starts:
        new = [each for each in old if each["from"] != starts] + [{"from": starts, **printed}]
    else:
        new = [*old[:-1], {"from": old[-1]["from"], **printed}]
    body.pop("letterheads", None)
    if new:
        body["letterheads"] = sorted(new, key=lambda each: str(each["from"]))
    return body


_CURRENCIES = {
    "US": "USD", "GB": "GBP", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "CH": "CHF", "JP": "JPY",
    **dict.fromkeys(("DE", "AT", "FR", "IT", "ES", "NL", "BE", "IE", "PT", "FI"), "EUR"),
}  # fmt: skip
"""What a house most likely counts in, by the country of its reader's language."""
