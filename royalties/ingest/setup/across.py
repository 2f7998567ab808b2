"""The references between entries, over the books as they would stand after the load."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from royalties.domain.currencies import EXPONENTS
from royalties.domain.money import NotAnAmountError, minor_units
from royalties.domain.periods import Calendar, NotAPeriodError, parse_period
from royalties.domain.problems import SetupFault
from royalties.domain.terms.entry_words import ENTRY_WORDS
from royalties.domain.terms.identifiers import identifier_key, is_isbn10
from royalties.ingest.setup.document import Document
from royalties.ingest.setup.identifiers import isbn as plain_isbn
from royalties.ingest.setup.node import Node
from royalties.ingest.setup.taking import NotTakenError
from royalties.ingest.setup.within import KEYS, caps_by_path, caps_in

Merged = Mapping[str, Mapping[str, dict[str, Any]]]

_WORD = {**ENTRY_WORDS, "reports": "report", "income": "income"}
_MOST_TO_COMPARE = 2000
"""Keys beyond which no near match is looked for: it would take seconds."""


def check(document: Document, merged: Merged) -> list[SetupFault]:
    """Every reference that leads nowhere and every amount that does not fit its currency.

    ``merged`` is what stands in the books overlaid with the document, by kind and key. A
    fault is reported where the document caused it: an income that stands in the books but
    lost its right is a fault of the contract's entry in the file. What entries with faults of
    their own would say is not known, so nothing is said of what refers to them.
    """
    if document.wrong:
        merged = {
            kind: {key: body for key, body in bodies.items() if (kind, key) not in document.wrong}
            for kind, bodies in merged.items()
        }
    books = _Books(document, merged)
    faults = [
        *_keys(books),
        *_publisher(books),
        *_isbns(books),
        *_references(books),
        *_amounts(books),
        *_brought_in(books),
        *_incomes(books),
        *_price_lists(books),
        *_payment_details(books),
    ]
    return list(dict.fromkeys(faults))


@dataclass(frozen=True, slots=True)
class _Books:
    document: Document
    merged: Merged

    def all(self, kind: str) -> Mapping[str, dict[str, Any]]:
        return self.merged.get(kind, {})

    def node(self, kind: str, key: str) -> Node:
        """An entry, at its path in the file or, if it stands in the books, by its name."""
        path = self.document.paths.get((kind, key), f"{_WORD.get(kind, kind)} {key}")
        return Node(path, self.all(kind).get(key))

    def new(self, kind: str) -> Iterator[Node]:
        """The entries of the document, those with faults of their own as they were written."""
        yield from (entry for _, entry in self._held(kind))

    def entries(self, kind: str) -> Iterator[tuple[str, Node]]:
        """All entries by key: first those of the books alone, then as in the document."""
        old = (key for key in self.all(kind) if not self.holds(kind, key))
        yield from ((key, self.node(kind, key)) for key in old)
        yield from self._held(kind)

    def _held(self, kind: str) -> list[tuple[str, Node]]:
        """The document's entries by key, in its order."""
        entries, held = self.all(kind), {**self.document.paths, **self.document.wrong}
        found = [(key, self.node(kind, key)) for of, key in held if of == kind and key in entries]
        found += [(key, node) for (of, key), node in self.document.wrong.items() if of == kind]
        return sorted(found, key=lambda each: (len(each[1].path), each[1].path))

    def repeats(self, kind: str, entry: Node) -> bool:
        """Whether an entry has the key of another one: then all that it says stands twice."""
        first = self.document.paths.get((kind, entry.get("key").text), entry.path)
        return first != entry.path

    def is_known(self, kind: str, key: str) -> bool:
        """Whether there is such an entry, or may be one."""
        document = self.document
        return key in self.all(kind) or (kind, key) in document.wrong or kind in document.unsure

    def holds(self, kind: str, key: str) -> bool:
        return (kind, key) in self.document.paths or (kind, key) in self.document.wrong

    def blame(
        self, fault: SetupFault, own: tuple[str, str], other: tuple[str, str], field: str
    ) -> Iterator[SetupFault]:
        """The fault if its own entry is in the file; else at the entry that brought it about."""
        if self.holds(*own):
            yield fault
        elif other in self.document.paths:
            path = f"{self.document.paths[other]}.{field}"
            yield SetupFault(path, f"does not fit what stands in the books: {fault}")


def _keys(books: _Books) -> Iterator[SetupFault]:
    for kind in (kind for kind, parts in KEYS.items() if parts == ("key",)):
        new = list(books.new(kind))
        if not new:
            continue
        known = {key.casefold(): key for key in books.all(kind) if not books.holds(kind, key)}
        for key in (entry.get("key") for entry in new):
            other = known.get(key.text.casefold(), key.text)
            if other != key.text:
                yield key.fault(
                    f'differs from "{other}" in the books only by capital letters: use that'
                )


def _publisher(books: _Books) -> Iterator[SetupFault]:
    publisher = books.node("publisher", "publisher")
    if not publisher.given and "publisher" in books.document.unsure:
        return
    if not publisher.given:
        yield SetupFault("publisher", "is missing: the books need one before anything else")
        return
    for kind in ("exchange_rates", "income"):
        for key, entry in books.entries(kind):
            period = entry.get("period")
            for field, message in _period_faults(period.text, publisher, kind):
                yield from books.blame(
                    period.fault(message), (kind, key), ("publisher", "publisher"), field
                )


def _period_faults(period: str, publisher: Node, kind: str) -> Iterator[tuple[str, str]]:
    if not period:
        return
    calendar = Calendar(publisher.get("calendar").text)
    try:
        named = parse_period(period, calendar)
    except NotAPeriodError as fault:
        yield "calendar", str(fault)
        return
    first = parse_period(publisher.get("first_period").text, calendar)
    if kind == "income" and named < first:
        yield "first_period", f"{named} is before the first period, {first}: it would never count"


def _isbns(books: _Books) -> Iterator[SetupFault]:
    if not any(books.new("titles")):
        return
    seen: dict[str, tuple[str, str]] = {}
    for named, title in books.entries("titles"):
        # A title whose key is not known may be any of the books.
        is_unsure = "titles" in books.document.unsure and not books.holds("titles", named)
        if is_unsure or books.repeats("titles", title):
            continue
        key = title.get("key").text
        for edition in title.get("editions").each():
            isbn = isbn_of(edition)
            if isbn and isbn in seen:
                place = f"{_edition(seen[isbn])}: each ISBN stands once"
                yield edition.get("isbn").fault(f"{isbn} is already {place}")
            seen.setdefault(isbn, (key, isbn))
            for _, name in edition.get("identifiers").pairs():
                plain = _plain_identifier(name.text) if name.text else isbn
                first = seen.setdefault(plain, (key, isbn))
                if first != (key, isbn):
                    yield name.fault(f"{name.text!r} already names {_edition(first)}")


def isbn_of(edition: Node) -> str:
    """An edition's ISBN as it is kept, or what stands there instead of one."""
    text = edition.get("isbn").text
    try:
        return plain_isbn(text)
    except NotTakenError:
        return text


def _plain_identifier(text: str) -> str:
    """An identifier in its normal form, an ISBN as 13 digits."""
    key = identifier_key(text)
    return plain_isbn(key) if is_isbn10(key) else key


def _edition(found: tuple[str, str]) -> str:
    title, isbn = found
    return f'edition {isbn} of title "{title}"'


def _references(books: _Books) -> Iterator[SetupFault]:
    for title in books.new("titles"):
        sellers = title.get("sold_by").each()
        yield from _known_references(
            books, "retailers", [seller.get("retailer") for seller in sellers]
        )
    for contract in books.new("contracts"):
        yield from _known_references(books, "titles", contract.get("titles").each())
        yield from _known_references(books, "plans", [contract.get("plan")])
        for rule in contract.get("rules").each():
            yield from _known_references(books, "retailers", rule.get("retailers").each())
    for plan in books.new("plans"):
        for version in plan.get("versions").each():
            yield from _in_steps(books, version.get("steps"))
    for report in books.new("reports"):
        yield from _known_references(books, "retailers", [report.get("retailer")])
    for prices in books.new("price_lists"):
        yield from _known_references(books, "titles", prices.get("titles").each())
        yield from _known_references(
            books, "retailers", [each for _, each in prices.get("retailers").pairs()]
        )


def _in_steps(books: _Books, steps: Node) -> Iterator[SetupFault]:
    for step in steps.each():
        yield from _known_references(books, "retailers", step.get("when").get("retailers").each())
        for member in step.get("to").each():
            yield from _known_references(books, "beneficiaries", [member.get("beneficiary")])
            yield from _in_steps(books, member.get("steps"))


def _known_references(books: _Books, kind: str, references: Iterable[Node]) -> Iterator[SetupFault]:
    for reference in references:
        if reference.text and not books.is_known(kind, reference.text):
            yield reference.fault(_unknown(_WORD[kind], reference.text, books.all(kind)))


def _unknown(word: str, text: str, known: Iterable[str]) -> str:
    keys = list(known)
    near = difflib.get_close_matches(text, keys, n=1) if len(keys) <= _MOST_TO_COMPARE else []
    hint = f'did you mean "{near[0]}"?' if near else f"add the {word}, or name one there is"
    return f'unknown {word} "{text}": {hint}'


def _amounts(books: _Books) -> Iterator[SetupFault]:
    currency = books.node("publisher", "publisher").get("currency").text
    for key, beneficiary in books.entries("beneficiaries") if currency else ():
        for field in ("minimum_payment", "opening_balance"):
            for fault in _digits(beneficiary.get(field), currency):
                yield from books.blame(
                    fault, ("beneficiaries", key), ("publisher", "publisher"), "currency"
                )
    for contract in books.new("contracts"):
        yield from _contract_amounts(contract)
    yield from _plan_amounts(books)


def _digits(amount: Node, currency: str) -> Iterator[SetupFault]:
    if amount.text and currency in EXPONENTS:
        try:
            minor_units(amount.text, currency)
        except NotAnAmountError as fault:
            yield amount.fault(f"{fault}: shorten it")


def _contract_amounts(contract: Node) -> Iterator[SetupFault]:
    currency = contract.get("currency").text
    yield from _digits(contract.get("opening_balance"), currency)
    for advance in contract.get("advances").each():
        yield from _digits(advance.get("amount"), currency)
        yield from _digits(advance.get("recouped"), currency)
    for rule in contract.get("rules").each():
        if rule.get("tiers_by").given:
            for tier in rule.get("tiers").each():
                yield from _digits(tier.get("up_to"), currency)
            yield from _digits(rule.get("counter").get("opening"), currency)


def _brought_in(books: _Books) -> Iterator[SetupFault]:
    """What is brought into the books is of periods, editions and caps that there are."""
    calendar = books.node("publisher", "publisher").get("calendar").text
    for contract in books.new("contracts"):
        brought_in = contract.get("brought_in")
        if not brought_in.given:
            continue
        currency = contract.get("currency").text
        yield from _digits(brought_in.get("undistributed"), currency)
        for reserve in brought_in.get("reserves").each():
            yield from _digits(reserve.get("amount"), currency)
            if calendar in list(Calendar):
                yield from _reserve_periods(reserve, Calendar(calendar))
        for cap in brought_in.get("caps").each():
            yield from _digits(cap.get("used"), currency)
            yield from _cap_known(books, contract, cap)
        isbns = _isbns_of(books, contract)
        for edition in brought_in.get("editions").each():
            yield from _digits(edition.get("earned"), currency)
            isbn = isbn_of(edition)
            if isbn and isbns is not None and isbn not in isbns:
                yield edition.get("isbn").fault(
                    f"{isbn} is no edition of this contract's titles: name one of theirs"
                )
    for beneficiary in books.new("beneficiaries"):
        yield from _balances_brought_in(books, beneficiary)


def _reserve_periods(reserve: Node, calendar: Calendar) -> Iterator[SetupFault]:
    periods = []
    for field in (reserve.get("withheld_in"), reserve.get("released_in")):
        if field.text:
            try:
                periods.append(parse_period(field.text, calendar))
            except NotAPeriodError as fault:
                yield field.fault(str(fault))
                return
    if len(periods) == len(("from", "to")) and periods[1] <= periods[0]:
        yield reserve.get("released_in").fault(
            f"{periods[1]} is not after {periods[0]}, which withheld it: name a later period"
        )


def _cap_known(books: _Books, contract: Node, cap: Node) -> Iterator[SetupFault]:
    plan = books.node("plans", contract.get("plan").text)
    if not plan.given:
        return
    name, day, path = (cap.get(key).text for key in ("name", "version", "step"))
    caps = [
        known
        for version in plan.get("versions").each()
        for at, known in caps_by_path(version.get("steps"))
        if (name and known.get("name").text == name)
        or (not name and at == path and version.get("from").text == day)
    ]
    where = cap.get("name") if name else cap.get("step")
    if not caps:
        yield where.fault(
            f'is no cap of plan "{contract.get("plan").text}": name one that the plan has'
        )
    elif not name and any(known.get("name").text for known in caps):
        yield where.fault(f'has the name "{caps[0].get("name").text}": give that alone')
    elif all(known.get("per").text == "period" for known in caps):
        yield where.fault("starts again every period, so nothing was used of it: leave it out")


def _isbns_of(books: _Books, contract: Node) -> set[str] | None:
    """The editions of a contract's titles; None where one of them is not known."""
    titles = [books.node("titles", each.text) for each in contract.get("titles").each()]
    if not all(title.given for title in titles):
        return None
    return {isbn_of(edition) for title in titles for edition in title.get("editions").each()}


def _balances_brought_in(books: _Books, beneficiary: Node) -> Iterator[SetupFault]:
    house = books.node("publisher", "publisher").get("currency").text
    opening = beneficiary.get("opening_balance").number
    for balance in beneficiary.get("brought_in").each():
        currency = balance.get("currency")
        yield from _digits(balance.get("amount"), currency.text)
        if currency.text == house and opening and not balance.get("reason").given:
            yield currency.fault(
                f"the balance in {house} is the opening_balance: add both up, or give a reason"
            )


def _plan_amounts(books: _Books) -> Iterator[SetupFault]:
    seen = set()
    for key, contract in books.all("contracts").items():
        plan, currency = contract["plan"], contract["currency"]
        touched = books.holds("contracts", key) or books.holds("plans", plan)
        if not touched or (plan, currency) in seen:
            continue
        seen.add((plan, currency))
        for amount in _amounts_in(books.node("plans", plan)):
            for fault in _digits(amount, currency):
                told = SetupFault(fault.path, f'{fault.message} (contract "{key}")')
                yield from books.blame(told, ("plans", plan), ("contracts", key), "plan")


def _amounts_in(plan: Node) -> Iterator[Node]:
    for version in plan.get("versions").each():
        yield from _fixed_in(version.get("steps"))
        yield from (cap.get("amount") for cap in caps_in(version.get("steps")))


def _fixed_in(steps: Node) -> Iterator[Node]:
    for step in steps.each():
        yield step.get("fixed")
        for member in step.get("to").each():
            yield from _fixed_in(member.get("steps"))


def _incomes(books: _Books) -> Iterator[SetupFault]:
    for key, income in books.entries("income"):
        named = income.get("contract")
        contract = books.node("contracts", named.text)
        if not contract.given:
            if books.holds("income", key):
                yield from _known_references(books, "contracts", [named])
            continue
        blamed = (("income", key), ("contracts", named.text))
        rights = contract.get("subsidiary_rights").value or {}
        right = income.get("right")
        if right.text and right.text not in rights:
            message = _unknown("right", right.text, rights)
            yield from books.blame(right.fault(message), *blamed, "subsidiary_rights")
        for fault in _digits(income.get("amount"), contract.get("currency").text):
            yield from books.blame(fault, *blamed, "currency")


def _price_lists(books: _Books) -> Iterator[SetupFault]:
    """Every title has one price list, and its orders are recorded under their own channel."""
    listed: dict[str, str] = {}
    for key, prices in books.entries("price_lists"):
        titles = [title.text for title in prices.get("titles").each() if title.text]
        # Of one that was retired another one may take the place.
        if books.repeats("price_lists", prices) or prices.get("retired").given:
            titles = []
        elif not titles and ("price_lists", key) not in books.document.wrong:
            titles = [""]
        for title in titles:
            first = listed.setdefault(title, key)
            if first != key:
                named = f'lists "{title}"' if title else "is for all titles"
                fault = prices.get("titles").fault(
                    f'price list "{first}" {named} already: each title has one price list'
                )
                yield from books.blame(
                    fault, ("price_lists", key), ("price_lists", first), "titles"
                )
        for kind, retailer in prices.get("retailers").pairs():
            channel = books.node("retailers", retailer.text).get("channel").text
            if channel and channel != kind:
                yield from books.blame(
                    retailer.fault(f'"{retailer.text}" is of the channel {channel}, not {kind}'),
                    ("price_lists", key),
                    ("retailers", retailer.text),
                    "channel",
                )


def _payment_details(books: _Books) -> Iterator[SetupFault]:
    """For a currency, and for any, one of them begins on a day: which holds is never in doubt."""
    begun: dict[tuple[str, str], str] = {}
    for key, details in books.entries("payment_details"):
        if books.repeats("payment_details", details) or not details.get("from").text:
            continue
        begins = details.get("currency").text, details.get("from").text
        first = begun.setdefault(begins, key)
        if first != key:
            fault = details.get("from").fault(f'"{first}" begins on this day already')
            yield from books.blame(
                fault, ("payment_details", key), ("payment_details", first), "from"
            )
