"""The rules between the keys of one entry, and between entries of one file."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from royalties.domain.periods import Calendar, NotAPeriodError, parse_period
from royalties.domain.problems import SetupFault
from royalties.domain.terms.catalogue import Format
from royalties.ingest.setup.contracts import Rule
from royalties.ingest.setup.identifiers import is_internal
from royalties.ingest.setup.node import Node, each_once, listed_once
from royalties.ingest.setup.part import Part
from royalties.ingest.setup.plans import Member, Step
from royalties.ingest.setup.within_orders import bank, payment_details, price_list

KEYS: dict[str, tuple[str, ...]] = {
    "titles": ("key",),
    "retailers": ("key",),
    "contracts": ("key",),
    "beneficiaries": ("key",),
    "plans": ("key",),
    "exchange_rates": ("period", "from", "to"),
    "income": ("period", "contract", "right", "note"),
    "reports": ("key",),
    "organizations": ("key",),
    "price_lists": ("key",),
    "payment_details": ("key",),
    "banks": ("key",),
}
"""What entries of a kind are told apart by."""

_EACH_ONCE = ("formats", "channels", "retailers", "countries", "regions", "cities", "orders")


def key_of(kind: str, entry: Node) -> str:
    """The key of an entry: ``2025-H1|GBP|USD`` for a rate of exchange."""
    return "|".join(entry.get(part).text for part in KEYS[kind])


def faults_within(setup: Node) -> Iterator[SetupFault]:
    """Every fault between the keys of a setup, whatever else is wrong with it."""
    yield from _publisher(setup.get("publisher"))
    for kind in KEYS:
        yield from _twice_in(kind, list(setup.get(kind).each()))
    for kind, faults_of in _ENTRIES.items():
        for entry in setup.get(kind).each():
            yield from faults_of(entry)


def _twice_in(kind: str, entries: list[Node]) -> Iterator[SetupFault]:
    parts = KEYS[kind]
    seen: dict[str, str] = {}
    for entry in entries:
        if not all(entry.get(part).text for part in parts if part != "note"):
            continue
        key = key_of(kind, entry)
        # Keys become file names, and some discs do not tell Foot from foot; notes do not.
        first = seen.setdefault(key.casefold() if parts == ("key",) else key, entry.path)
        if first == entry.path:
            continue
        if parts == ("key",):
            yield entry.get("key").fault(f"this key stands already at {first}: use another")
        elif "note" in parts:
            yield entry.fault(f"is the same income as {first}: put them apart by note")
        else:
            yield entry.fault(f"is the same {', '.join(parts)} as {first}: keep one of them")


def _publisher(publisher: Node) -> Iterator[SetupFault]:
    first = publisher.get("first_period")
    calendar = publisher.get("calendar").text
    if first.text and calendar in list(Calendar):
        try:
            parse_period(first.text, Calendar(calendar))
        except NotAPeriodError as fault:
            yield first.fault(str(fault))
    yield from each_once(
        publisher.get("letterheads").each(),
        ("from",),
        "overlaps {}, which begins on the same day: change one",
    )


def _title(title: Node) -> Iterator[SetupFault]:
    for edition in title.get("editions").each():
        isbn = edition.get("isbn")
        if is_internal(isbn.text) and edition.get("format").text != Format.CUSTOM:
            yield isbn.fault("is a house's own number, which only a custom edition may have")
        yield from each_once(
            edition.get("prices").each(),
            ("currency", "from"),
            "has the currency and first day of {}: keep one price",
        )
    yield from each_once(
        title.get("sold_by").each(), ("retailer",), "stands already at {}: name each retailer once"
    )


def _exactly_one(model: type[Part], at: Node) -> Iterator[SetupFault]:
    keys = model.exactly_one_of
    given = [key for key in keys if at.get(key).given]
    if isinstance(at.value, dict) and len(given) != 1:
        found = f"it has {' and '.join(given)}" if given else "it has none"
        yield at.fault(f"must have exactly one of {', '.join(keys)}: {found}")


# Contracts


def _days(contract: Node) -> Iterator[SetupFault]:
    """A contract ends after it starts, and is sold off after it ends; days compare as texts."""
    starts, ends, until = (contract.get(name) for name in ("starts", "ends", "sell_off_until"))
    if until.text and not ends.text:
        yield until.fault("needs a last day: give ends as well")
    for after, before, words in ((ends, starts, "starts"), (until, ends, "ends")):
        if after.text and before.text and after.text < before.text:
            yield after.fault(f"is before the day on which it {words}: give a later day")


def _contract(contract: Node) -> Iterator[SetupFault]:
    rules = contract.get("rules")
    yield from listed_once(contract.get("titles"))
    yield from listed_once(contract.get("order_charges"))
    yield from each_once(
        rules.each(), ("name",), "stands already at {}: give each rule its own name"
    )
    for rule in rules.each():
        yield from _rule(rule)
    if not list(rules.each()) and not contract.get("subsidiary_rights").value:
        yield rules.fault("is missing: add at least one rule or a subsidiary right")
    yield from _counters(list(rules.each()))
    yield from _days(contract)
    for words in ("formats", "channels"):
        yield from listed_once(contract.get("reserve").get(words))
    for advance in contract.get("advances").each():
        amount, recouped = advance.get("amount").number, advance.get("recouped").number
        if amount is not None and recouped is not None and recouped > amount:
            yield advance.get("recouped").fault(
                f"is more than the amount {advance.get('amount').text}: at most all of it"
            )
    yield from _brought_in(contract.get("brought_in"))


def _brought_in(brought_in: Node) -> Iterator[SetupFault]:
    yield from each_once(
        brought_in.get("reserves").each(),
        ("withheld_in",),
        "is the period of {}: add both up",
    )
    yield from each_once(
        brought_in.get("editions").each(), ("isbn",), "stands already at {}: keep one of them"
    )
    for cap in brought_in.get("caps").each():
        by_name, by_place = cap.get("name").given, [cap.get("version"), cap.get("step")]
        if by_name and any(each.given for each in by_place):
            yield cap.get("name").fault("is given beside a step: a cap with a name needs no step")
        if not by_name and not all(each.given for each in by_place):
            yield cap.fault("names no cap: give its name, or version and step")
    for names in (("name",), ("version", "step")):
        yield from each_once(
            brought_in.get("caps").each(), names, "is the cap of {}: keep one of them"
        )


def _rule(rule: Node) -> Iterator[SetupFault]:
    yield from _exactly_one(Rule, rule)
    for words in _EACH_ONCE:
        yield from listed_once(rule.get(words))
    yield from _discount(rule.get("discount"))
    tiers = list(rule.get("tiers").each())
    if rule.get("basis").text != "unit":
        for rate in (rule.get("rate"), *(tier.get("rate") for tier in tiers)):
            if rate.number is not None and rate.number > 1:
                yield rate.fault(
                    f"{rate.text} is above 1: write a fraction such as 0.10 for 10 % (only basis "
                    "unit takes an amount)"
                )
    yield from _limits(tiers)
    yield from _counted(rule, tiers)


def _discount(discount: Node) -> Iterator[SetupFault]:
    if not isinstance(discount.value, dict):
        return
    ends = {key: discount.get(key) for key in ("from", "above", "below", "up_to")}
    ends_given = {key: end for key, end in ends.items() if end.given}
    if not ends_given:
        yield discount.fault("has no limit: give from, above, below or up_to, or leave it out")
    for one, other in (("from", "above"), ("below", "up_to")):
        if one in ends_given and other in ends_given:
            yield ends_given[other].fault(f"is given beside {one}: keep one of them")
    lower, upper = ends_given.get("from", ends["above"]), ends_given.get("up_to", ends["below"])
    if lower.number is None or upper.number is None:
        return
    strict = "above" in ends_given or "below" in ends_given
    if lower.number > upper.number or (lower.number == upper.number and strict):
        yield discount.fault(
            f"matches nothing: the lower limit {lower.text} must be below the upper {upper.text}"
        )


def _limits(tiers: list[Node]) -> Iterator[SetupFault]:
    for tier in tiers[:-1]:
        if isinstance(tier.value, dict) and not tier.get("up_to").given:
            yield tier.get("up_to").fault("is missing: only the last tier goes on without a limit")
    if tiers and tiers[-1].get("up_to").given:
        yield tiers[-1].get("up_to").fault("the last tier goes on without a limit: leave it out")
    limits = [tier.get("up_to") for tier in tiers[:-1]]
    if limits and limits[0].number is not None and limits[0].number <= 0:
        yield limits[0].fault("must be above 0")
    for before, after in pairwise(limits):
        if before.number is not None and after.number is not None and after.number <= before.number:
            yield after.fault(f"must be above the limit before it, {before.value}")


def _counted(rule: Node, tiers: list[Node]) -> Iterator[SetupFault]:
    """Copies are whole; amounts are strings, lest a reader of JSON makes them floats."""
    counts = rule.get("tiers_by").text or "units"
    for value in (*(tier.get("up_to") for tier in tiers), rule.get("counter").get("opening")):
        if value.number is None:
            continue
        if counts == "units" and value.number.denominator != 1:
            yield value.fault(f"{value.text} is no number of copies: write a whole one")
        elif counts in ("list", "net") and isinstance(value.value, int):
            yield value.fault(
                f'{value.value} counts an amount here: write it as a string, "{value.value}"'
            )


def _counters(rules: list[Node]) -> Iterator[SetupFault]:
    seen: dict[str, Node] = {}
    for rule in rules:
        name = rule.get("counter").get("name").text or rule.get("name").text
        if not name:
            continue
        first = seen.setdefault(name, rule)
        for key, ours, theirs in _counting(rule, first):
            if ours != theirs:
                yield SetupFault(
                    f"{rule.path}.{key}",
                    f'rules of one counter must agree: "{name}" has {theirs} at {first.path}',
                )


def _counting(rule: Node, first: Node) -> Iterator[tuple[str, object, object]]:
    ours, theirs = rule.get("counter"), first.get("counter")
    yield (
        "counter.resets",
        ours.get("resets").text or "never",
        theirs.get("resets").text or "never",
    )
    yield "counter.opening", ours.get("opening").number or 0, theirs.get("opening").number or 0
    yield "tiers_by", rule.get("tiers_by").text or "units", first.get("tiers_by").text or "units"


# Plans


def _plan(plan: Node) -> Iterator[SetupFault]:
    versions = plan.get("versions")
    yield from each_once(
        versions.each(), ("from",), "overlaps {}, which begins on the same day: change one"
    )
    for version in versions.each():
        steps = version.get("steps")
        yield from _ends(steps)
        yield from _steps(steps)
        yield from each_once(
            caps_in(steps), ("name",), "names a cap of this version already at {}: use another"
        )


def _ends(steps: Node) -> Iterator[SetupFault]:
    listed = list(steps.each())
    if not listed:
        return
    last = listed[-1]
    if not last.get("remainder").given:
        yield steps.fault('must end with a step {"remainder": true, "to": […]}')
        return
    for key in ("when", "from", "until"):
        if last.get(key).given:
            yield last.get(key).fault("the last remainder takes whatever is left: leave it out")


def _steps(steps: Node) -> Iterator[SetupFault]:
    yield from _shares(steps)
    for step in steps.each():
        yield from _exactly_one(Step, step)
        for words in _EACH_ONCE:
            yield from listed_once(step.get("when").get(words))
        if step.get("when").value == {}:
            yield step.get("when").fault("has no condition: give one, or leave it out")
        starts, ends = step.get("from").day, step.get("until").day
        if starts and ends and starts > ends:
            yield step.get("until").fault(f"is before from, {starts}: the step would never count")
        yield from _members(list(step.get("to").each()))


def _shares(steps: Node) -> Iterator[SetupFault]:
    total = Fraction(0)
    for step in steps.each():
        share = step.get("share").number
        if share is None or any(step.get(key).given for key in ("when", "from", "until")):
            continue
        if total <= 1 < total + share:
            yield step.get("share").fault(
                "shares above 1: those of this list that always count must not sum to more"
            )
        total += share


def _members(members: list[Node]) -> Iterator[SetupFault]:
    for member in members:
        yield from _exactly_one(Member, member)
        yield from _steps(member.get("steps"))
    if members and all(_weightless(member) for member in members):
        yield (
            members[0].get("weight").fault("every weight of this list is 0: give somebody a weight")
        )


def _weightless(member: Node) -> bool:
    return member.get("weight").given and member.get("weight").number == 0


def caps_in(steps: Node) -> Iterator[Node]:
    """Every cap of a list of steps, of its members and of what is nested in them."""
    return (cap for _, cap in caps_by_path(steps))


def caps_by_path(steps: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """The same, each with its path: 2 for the second step, 2.1 for its first member."""
    for number, step in enumerate(steps.each(), 1):
        if step.get("cap").given:
            yield f"{path}{number}", step.get("cap")
        for place, member in enumerate(step.get("to").each(), 1):
            if member.get("cap").given:
                yield f"{path}{number}.{place}", member.get("cap")
            yield from caps_by_path(member.get("steps"), f"{path}{number}.{place}.")


# The rest


def _beneficiary(beneficiary: Node) -> Iterator[SetupFault]:
    yield from each_once(
        beneficiary.get("tax_rate").each(),
        ("from",),
        "begins on the same day as {}: change one",
    )
    brought_in = list(beneficiary.get("brought_in").each())
    balances = [each for each in brought_in if not each.get("reason").given]
    yield from each_once(
        balances, ("currency",), "is the balance of {}: add both up, or give one a reason"
    )
    adjustments = [each for each in brought_in if each.get("reason").given]
    yield from each_once(
        adjustments, ("currency", "reason"), "is the adjustment of {}: add both up"
    )


def _exchange_rate(rate: Node) -> Iterator[SetupFault]:
    if rate.get("from").text and rate.get("from").text == rate.get("to").text:
        yield rate.get("to").fault("is the currency it is converted from: name another")


def _report(report: Node) -> Iterator[SetupFault]:
    columns = report.get("columns")
    if not isinstance(columns.value, dict):
        return
    named = {key for key, column in columns.pairs() if column.given}
    yield from _figures_of_rows(report, columns, named)
    if "retailer" not in named and not report.get("retailer").given:
        yield report.get("retailer").fault("is missing: name one, or a retailer column")
    for returns, needed in (("own-column", "returned_units"), ("positive-by-kind", "kind")):
        told = needed in named or (needed == "kind" and report.get("kind").text)
        if report.get("returns").text == returns and not told:
            yield columns.get(needed).fault("is missing: returns are told by it")
    yield from _empty_lists(report)
    if "discount" in {each.text for each in report.get("percent").each()} - named:
        yield report.get("percent").fault("discount is no column of this report")
    seen: dict[str, str] = {}
    for key, column in columns.pairs():
        if column.text and seen.setdefault(column.text, key) != key:
            yield column.fault(f"{column.text!r} is the column of {seen[column.text]} already")


def _empty_lists(report: Node) -> Iterator[SetupFault]:
    for rows in (report.get("only"), report.get("leave_out")):
        for _, values in rows.pairs():
            if values.value == []:
                yield values.fault("is empty: list the values, or leave the column out")


def _figures_of_rows(report: Node, columns: Node, named: set[str]) -> Iterator[SetupFault]:
    """Faults of the columns of copies and money, by what the rows are."""
    rows_are = report.get("rows_are").text or "lines"
    if rows_are == "money" and "net" not in named:
        yield columns.get("net").fault("is missing: rows of money have it")
    elif not named & {"net", "unit_net"} and not named >= {"list_price", "discount"}:
        yield columns.fault(
            "must name net receipts, of the row or of a copy, or both list price and discount"
        )
    if rows_are == "lines" and "units" not in named:
        yield columns.get("units").fault(
            "is missing: name it, or say that rows are one copy each or only money"
        )
    if rows_are == "one-each" and "units" in named:
        yield columns.get("units").fault("is not read where each row is one copy: leave it out")
    if rows_are == "money" and report.get("kind").text not in ("", "usage"):
        yield report.get("kind").fault("is usage where rows are money")
    if rows_are != "lines" and report.get("returns").text == "own-column":
        yield report.get("returns").fault("in a column of their own need rows of so many copies")


_ENTRIES = {
    "titles": _title,
    "contracts": _contract,
    "plans": _plan,
    "beneficiaries": _beneficiary,
    "exchange_rates": _exchange_rate,
    "reports": _report,
    "price_lists": price_list,
    "payment_details": payment_details,
    "banks": bank,
}
