"""Domain values of organizations and price lists."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from royalties.domain.money import minor_units, scale
from royalties.domain.orders.life import LeadTime, OrderKind, State
from royalties.domain.orders.pricing import (
    Freight,
    Option,
    OptionTerms,
    PriceList,
    PriceVersion,
    QuantityDiscount,
    SalesTaxRate,
)
from royalties.domain.payments.banks import Bank, account_of
from royalties.domain.payments.life import FileFormat
from royalties.domain.payments.orders import Address, ChargeBearer
from royalties.domain.terms.organizations import Organization
from royalties.domain.terms.payment_details import PaymentDetails

Body = Mapping[str, Any]


def organization_of(body: Body) -> Organization:
    """An organization."""
    return Organization(
        key=body["key"],
        name=body["name"],
        country=body["country"],
        email=body["email"],
        address=tuple(body.get("address", ())),
        city=body.get("city", ""),
        region=body.get("region", ""),
        postcode=body.get("postcode", ""),
        phone=body.get("phone", ""),
        net_terms=body.get("net_terms", False),
    )


def payment_details_of(body: Body) -> PaymentDetails:
    """How the house is paid."""
    return PaymentDetails(
        key=body["key"],
        starts=date.fromisoformat(body["from"]),
        payee=body["payee"],
        currency=body.get("currency", ""),
        bank=body.get("bank", ""),
        account=body.get("account", ""),
        routing=body.get("routing", ""),
        iban=body.get("iban", ""),
        bic=body.get("bic", ""),
        address=tuple(body.get("address", ())),
        note=body.get("note", ""),
    )


def bank_of(body: Body) -> Bank:
    """A bank of the house."""
    iban, bic = body.get("iban", ""), body.get("bic", "")
    routing, number = body.get("routing", ""), body.get("account", "")
    day = body.get("retired")
    return Bank(
        key=body["key"],
        name=body["name"],
        format=FileFormat(body["format"]),
        holder=body["holder"],
        currency=body.get("currency", ""),
        account=account_of(iban, bic, routing, number, body.get("account_type", "")),
        bic=bic,
        odfi=routing,
        company_id=body.get("company_id", ""),
        origin=body.get("origin", ""),
        description=body.get("description", "ROYALTIES"),
        is_offset=body.get("offset", False),
        sepa=body.get("sepa", False),
        charges=ChargeBearer(body.get("charges", ChargeBearer.SHARED)),
        address=Address(town=body.get("town", ""), country=body.get("country", "")),
        retired=date.fromisoformat(day) if day else None,
    )


def price_list_of(body: Body) -> PriceList:
    """A price list, its versions in order of their first day."""
    currency = body["currency"]
    versions = [_version(version, currency) for version in body["versions"]]
    return PriceList(
        key=body["key"],
        currency=currency,
        titles=tuple(body.get("titles", ())),
        retailers={OrderKind(kind): key for kind, key in body["retailers"].items()},
        versions=tuple(sorted(versions, key=lambda version: version.starts)),
        taxes=tuple(
            SalesTaxRate(
                tax["place"],
                date.fromisoformat(tax["from"]),
                Fraction(tax["rate"]),
                tax.get("freight", False),
            )
            for tax in body.get("taxes", ())
        ),
        retired=date.fromisoformat(body["retired"]) if "retired" in body else None,
        name=body.get("name", ""),
    )


def _version(body: Body, currency: str) -> PriceVersion:
    def amount(key: str) -> int:
        return minor_units(body.get(key, "0"), currency)

    optional: dict[str, Any] = {
        "lead_time": _lead_time(body.get("pace")),
        "rush_lead_time": _lead_time(body.get("rush_pace")),
        **{key: body.get(key) for key in ("minimum", "free_proofs", "valid_days", "net_days")},
    }
    return PriceVersion(
        starts=date.fromisoformat(body["from"]),
        discounts=tuple(
            QuantityDiscount(discount["at_least"], Fraction(discount["discount"]))
            for discount in body.get("discounts", ())
        ),
        options={
            Option(option): _option(terms, currency)
            for option, terms in body.get("options", {}).items()
        },
        freight=tuple(_freight(freight, currency) for freight in body["freight"]),
        small_order_below=body.get("small_order_below", 0),
        small_order_charge=amount("small_order_charge"),
        rush_charge=amount("rush_charge"),
        rush_share=Fraction(body.get("rush_share", 0)),
        more_address_charge=amount("more_address_charge"),
        proof_charge=amount("proof_charge"),
        deposit=Fraction(body.get("deposit", 0)),
        tolerance=Fraction(body.get("tolerance", 0)),
        cancellation={
            State(state): Fraction(share) for state, share in body.get("cancellation", {}).items()
        },
        terms=tuple(body.get("terms", ())),
        # What is absent has the default of the domain.
        **{key: value for key, value in optional.items() if value is not None},
    )


def _option(body: Body, currency: str) -> OptionTerms:
    return OptionTerms(
        minimum=body.get("minimum", 1),
        set_up=minor_units(body.get("set_up", "0"), currency),
        per_copy=Fraction(body.get("per_copy", 0)) * scale(currency),
    )


def _freight(body: Body, currency: str) -> Freight:
    return Freight(
        up_to=body.get("up_to"),
        amount=minor_units(body["amount"], currency),
        per_copy=Fraction(body.get("per_copy", 0)) * scale(currency),
    )


def _lead_time(body: Body | None) -> LeadTime | None:
    return LeadTime(body["proof"], body["production"], body["shipping"]) if body else None
