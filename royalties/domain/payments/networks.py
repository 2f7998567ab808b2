"""What a bank's network carries, and why it does not carry a payment: in words, per payee.

Sources: Nacha Operating Rules, Appendix Three (formats of ACH records); ISO 20022 message
definitions pain.001.001.03 and .09 with CBPR+ (structured addresses: town and country); EPC217-08
(letters of SEPA) and EPC409-09 (its countries).
"""

from collections.abc import Callable, Iterable, Iterator

from royalties.domain.currencies import EXPONENTS
from royalties.domain.payments.accounts import Account, IbanAccount, UsAccount, country
from royalties.domain.payments.letters import ACH, SEPA, plain, uncarried
from royalties.domain.payments.orders import (
    AchProfile,
    Address,
    IsoProfile,
    PayeeKind,
    PaymentOrder,
    Refusal,
)

ACH_NAME = 22
ACH_REFERENCE = 15
ISO_NAME = 70
ISO_REFERENCE = 35
_ACH_NUMBER = 17
_ACH_MOST = 10**10 - 1
_SEPA_MOST = 99_999_999_999
_ISO_DIGITS = 18
_CHECK_NAME = 60
_ROUTING = 9

_OF_SEPA = (
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT "
    "NL NO PL PT RO RS SE SI SK SM VA"
)
SEPA_COUNTRIES = frozenset(_OF_SEPA.split(" "))

_BY_CHECK = "pay this one by check or wire"
_SHORTER = "enter a shorter name as the payee's bank has it"
_OTHER_SIGNS = "write the name as the payee's bank has it, in plain letters"

_Said = Iterator[tuple[str, str]]
_Why = Callable[[PaymentOrder], _Said]


def routing_fits(routing: str) -> bool:
    """Whether nine digits are a routing number by their check digit.

    >>> routing_fits("021000021"), routing_fits("021000022")
    (True, False)
    """
    if len(routing) != _ROUTING or not (routing.isascii() and routing.isdigit()):
        return False
    return sum(int(digit) * (3, 7, 1)[at % 3] for at, digit in enumerate(routing)) % 10 == 0


def ach_refusals(orders: Iterable[PaymentOrder]) -> list[Refusal]:
    """Why the ACH network (CCD for organizations, PPD for persons) does not carry payments."""
    return _refusals(orders, _not_by_ach)


def iso_refusals(orders: Iterable[PaymentOrder], profile: IsoProfile) -> list[Refusal]:
    """Why an ISO 20022 credit transfer does not carry payments."""
    return _refusals(orders, lambda order: _not_by_iso(order, profile))


def check_refusals(orders: Iterable[PaymentOrder]) -> list[Refusal]:
    """Why checks cannot be written and sent."""
    return _refusals(orders, _not_by_check)


def ach_faults(profile: AchProfile) -> list[str]:
    """What is wrong with the profile of the bank that takes NACHA files, each in words."""
    fits = (
        ("the company's name", profile.company, 16),
        ("the company's ID", profile.company_id, 10),
        ("the file's origin", profile.origin or profile.company_id, 10),
        ("the description of payments", profile.description, 10),
        ("the bank's name", profile.destination, 23),
    )
    faults = [
        f"{what} must have one to {most} plain characters, not {text!r}"
        for what, text, most in fits
        if not 0 < len(text) <= most or uncarried(text, ACH) or text.strip() != text
    ]
    routings = [("the bank's", profile.odfi)]
    routings += [("the offset account's", profile.offset.routing)] if profile.offset else []
    faults += [
        f"{whose} routing number {number!r} is none: nine digits, of which the last one checks"
        for whose, number in routings
        if not routing_fits(number)
    ]
    if profile.offset and not 0 < len(profile.offset.number) <= _ACH_NUMBER:
        faults.append(f"the offset account's number must have one to {_ACH_NUMBER} characters")
    return faults


def iso_faults(profile: IsoProfile) -> list[str]:
    """What is wrong with the profile of the bank that takes ISO 20022 files, each in words."""
    faults = []
    if not 0 < len(plain(profile.name)) <= ISO_NAME or uncarried(profile.name, SEPA):
        faults.append(f"the house's name must have one to {ISO_NAME} plain letters")
    if profile.sepa and not (
        isinstance(profile.account, IbanAccount) and profile.account.iban[:2] in SEPA_COUNTRIES
    ):
        faults.append("SEPA payments need an account of the house with an IBAN of a SEPA country")
    if profile.currency not in EXPONENTS:
        faults.append(f"the account's currency {profile.currency!r} is none of ISO 4217")
    faults += [f"of the house, {message}" for message, _ in _address(profile.address)]
    if bool(profile.address.town) != bool(profile.address.country):
        faults.append("the house's address needs both town and country, or neither")
    return faults


def _refusals(orders: Iterable[PaymentOrder], why: _Why) -> list[Refusal]:
    return [
        Refusal(order.reference, order.payee, message, remedy)
        for order in orders
        for message, remedy in why(order)
    ]


def _not_by_ach(order: PaymentOrder) -> _Said:
    if order.currency != "USD":
        yield f"the ACH network carries U.S. dollars only, not {order.currency}", _BY_CHECK
    match order.account:
        case None:
            yield "no bank account is known", "enter the payee's bank details, or pay by check"
        case UsAccount() as account:
            yield from _us_faults(account)
        case other:
            yield (
                f"an account in {_named_country(other)} cannot be paid by a domestic ACH entry",
                "pay it by an ISO 20022 file or a wire",
            )
    if order.is_prenote:
        if order.amount:
            yield "a prenote carries no amount", "send it with 0.00, and the payment afterwards"
    else:
        yield from _positive(order)
    if order.amount > _ACH_MOST:
        yield "one entry carries at most 99,999,999.99", "pay it by wire, or in parts"
    yield from _name(order.short_name, ACH, ACH_NAME, "a NACHA file")
    yield from _reference(order.reference, ACH, ACH_REFERENCE, "a NACHA file")


def _not_by_iso(order: PaymentOrder, profile: IsoProfile) -> _Said:
    if order.currency not in EXPONENTS:
        yield f"{order.currency!r} is no currency of ISO 4217", "use a code such as EUR"
    if order.is_prenote:
        yield "a prenote is an entry of the ACH network", "leave it out of this file"
    yield from _positive(order)
    most = _SEPA_MOST if profile.sepa else 10**_ISO_DIGITS - 1
    if order.amount > most:
        yield "the amount is larger than the network carries", "pay it by wire, or in parts"
    match order.account:
        case None:
            yield "no bank account is known", "enter the payee's bank details, or pay by check"
        case UsAccount() as account if not profile.sepa:
            yield from _us_faults(account)
        case account if profile.sepa and not isinstance(account, IbanAccount):
            yield "SEPA pays to an IBAN only", "pay it by another bank's file, or by wire"
        case account if profile.sepa and country(account) not in SEPA_COUNTRIES:
            yield (
                f"an account in {country(account)} is outside of SEPA",
                "pay it by a file that is not SEPA's, or by wire",
            )
    if profile.sepa and order.currency != "EUR":
        yield f"SEPA carries euros only, not {order.currency}", "pay it by wire"
    yield from _name(order.payee, SEPA, ISO_NAME, "an ISO 20022 file")
    yield from _reference(order.reference, SEPA, ISO_REFERENCE, "an ISO 20022 file")
    if order.reference.startswith("/") or order.reference.endswith("/") or "//" in order.reference:
        yield "a reference neither begins nor ends with /, nor holds //", "use another reference"
    yield from _placed(order)
    yield from _address(order.address)


def _address(address: Address) -> _Said:
    for what, line, most in (
        ("street", address.street, 70),
        ("building number", address.building, 16),
        ("postal code", address.postcode, 16),
        ("town", address.town, 35),
        ("state or province", address.region, 35),
    ):
        if signs := uncarried(line, SEPA):
            yield f"the {what} holds {signs}, which banks cannot carry", "use plain letters"
        if len(plain(line)) > most:
            yield f"the {what} has more than {most} characters", "shorten it"


def _not_by_check(order: PaymentOrder) -> _Said:
    yield from _positive(order)
    if order.is_prenote:
        yield "a prenote is an entry of the ACH network", "leave it out of the checks"
    if not 0 < len(order.payee) <= _CHECK_NAME:
        yield f"a check's payee has one to {_CHECK_NAME} characters", _SHORTER
    if not order.address.street:
        yield "the address has no street, so that no check can be mailed", "enter the street"
    yield from _placed(order)


def _positive(order: PaymentOrder) -> _Said:
    if order.amount <= 0:
        yield "there is nothing to pay", "leave it out of the file"


def _placed(order: PaymentOrder) -> _Said:
    if not order.address.town.strip():
        yield "the address has no town", "enter the town in its own field"
    code = order.address.country
    if len(code) != len("US") or not (code.isascii() and code.isalpha() and code.isupper()):
        yield "the address has no country", "enter the country as two letters, such as US"


def _name(name: str, letters: frozenset[str], most: int, where: str) -> _Said:
    if signs := uncarried(name, letters):
        yield f"the name holds {signs}, which {where} cannot carry", _OTHER_SIGNS
    length = len(plain(name))
    if not name.strip():
        yield "there is no name", "enter the name as the payee's bank has it"
    if length > most:
        yield f"the name has {length} characters; {where} carries {most}", _SHORTER


def _reference(reference: str, letters: frozenset[str], most: int, where: str) -> _Said:
    if not 0 < len(reference) <= most or any(char not in letters for char in reference):
        yield (
            f"the reference must have one to {most} plain characters in {where}",
            "use a shorter one",
        )


def _us_faults(account: UsAccount) -> _Said:
    if not routing_fits(account.routing):
        yield (
            "the routing number is none",
            "ask the payee for nine digits, of which the last one checks",
        )
    if not (
        0 < len(account.number) <= _ACH_NUMBER
        and all(char in ACH for char in account.number)
        and account.number.strip() == account.number
    ):
        yield f"the account number must have one to {_ACH_NUMBER} characters", "ask the payee"


def _named_country(account: Account) -> str:
    return "Canada" if country(account) == "CA" else country(account)


def sec_code(kind: PayeeKind) -> str:
    """The class under which the ACH network carries a payment (*standard entry class*)."""
    return "CCD" if kind is PayeeKind.ORGANIZATION else "PPD"
