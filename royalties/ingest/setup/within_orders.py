"""The rules between the keys of a price list, of how the house is paid, and of its banks."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from royalties.domain.currencies import EXPONENTS
from royalties.domain.money import NotAnAmountError, minor_units
from royalties.domain.payments.life import FileFormat
from royalties.domain.problems import SetupFault
from royalties.ingest.setup.node import Node, each_once, listed_once
from royalties.ingest.setup.orders import CANCELLED_FROM
from royalties.ingest.setup.values_orders import bank_of

_FIXED = ("small_order_charge", "rush_charge", "more_address_charge", "proof_charge")


def price_list(prices: Node) -> Iterator[SetupFault]:
    """Every fault between the keys of a price list."""
    yield from listed_once(prices.get("titles"))
    versions = prices.get("versions")
    yield from each_once(
        versions.each(), ("from",), "overlaps {}, which begins on the same day: change one"
    )
    yield from each_once(
        prices.get("taxes").each(),
        ("place", "from"),
        "begins on the same day as {} for the same place: change one",
    )
    for version in versions.each():
        yield from _discounts(list(version.get("discounts").each()))
        yield from _freight(list(version.get("freight").each()))
        yield from _cancellation(version.get("cancellation"))
        yield from _digits(_amounts(version), prices.get("currency").text)


def _discounts(steps: list[Node]) -> Iterator[SetupFault]:
    yield from _rising(
        [step.get("at_least") for step in steps],
        "overlaps the step before, which begins at {}: steps rise",
    )
    for before, after in pairwise(step.get("discount") for step in steps):
        if before.number is not None and after.number is not None and after.number < before.number:
            yield after.fault(
                f"is less than for fewer copies, {before.text}: more copies never cost more each"
            )


def _freight(steps: list[Node]) -> Iterator[SetupFault]:
    for step in steps[:-1]:
        if isinstance(step.value, dict) and not step.get("up_to").given:
            yield step.get("up_to").fault("is missing: only the last step goes on without a limit")
    if steps and steps[-1].get("up_to").given:
        yield steps[-1].get("up_to").fault("the last step goes on without a limit: leave it out")
    yield from _rising(
        [step.get("up_to") for step in steps[:-1]], "must be above the limit before it, {}"
    )


def _rising(limits: list[Node], message: str) -> Iterator[SetupFault]:
    for before, after in pairwise(limits):
        if before.number is not None and after.number is not None and after.number <= before.number:
            yield after.fault(message.format(before.value))


def payment_details(details: Node) -> Iterator[SetupFault]:
    """What is wrong between the keys of how the house is paid."""
    if not any(details.get(key).given for key in ("account", "iban", "address")):
        yield details.fault(
            "says no way to pay: give an account, an IBAN, or the address that checks go to"
        )
    if details.get("routing").given and not details.get("account").given:
        yield details.get("routing").fault("needs the account at that bank")


def bank(entry: Node) -> Iterator[SetupFault]:
    """What keeps a bank's files from being possible."""
    given = entry.value
    if not isinstance(given, dict) or not all(
        entry.get(k).text for k in ("name", "format", "holder")
    ):
        return
    if entry.get("iban").given and entry.get("account").given:
        yield entry.get("account").fault("is another account beside the IBAN: give one of them")
        return
    ach = entry.get("format").text == FileFormat.NACHA
    for key in _ONLY_ISO if ach else _ONLY_ACH:
        if entry.get(key).given and entry.get(key).value is not False:
            yield entry.get(key).fault(f"says nothing in a file of {entry.get('format').text}")
    needed = ("routing", "company_id") if ach else ("currency",)
    missing = [key for key in needed if not entry.get(key).given]
    for key in missing:
        yield entry.get(key).fault(f"is missing: a file of {entry.get('format').text} says it")
    if not missing:
        for fault in bank_of(given).faults():
            yield entry.fault(fault)


_ONLY_ISO = ("iban", "bic", "currency", "sepa", "charges", "town", "country")
_ONLY_ACH = ("company_id", "origin", "description", "offset")


def _cancellation(shares: Node) -> Iterator[SetupFault]:
    given = [shares.get(state) for state in CANCELLED_FROM if shares.get(state).given]
    for before, after in pairwise(given):
        if before.number is not None and after.number is not None and after.number < before.number:
            yield after.fault(f"is less than is owed in an earlier state, {before.text}")


def _amounts(version: Node) -> Iterator[Node]:
    """Amounts that are charged as they stand; those per copy may have parts of a cent."""
    yield from (version.get(key) for key in _FIXED)
    yield from (terms.get("set_up") for _, terms in version.get("options").pairs())
    yield from (step.get("amount") for step in version.get("freight").each())


def _digits(amounts: Iterable[Node], currency: str) -> Iterator[SetupFault]:
    for amount in amounts:
        if amount.number is None or currency not in EXPONENTS:
            continue
        try:
            minor_units(amount.text, currency)
        except NotAnAmountError as fault:
            yield amount.fault(f"{fault}: shorten it")
