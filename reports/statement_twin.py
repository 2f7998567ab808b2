"""A statement as a JSON document for programs, with the same content as the workbook."""

from dataclasses import fields
from datetime import date

from royalties.domain.money import amount_text
from royalties.domain.royalties.statements import ContractAccount, Statement

KIND = "royalty-statement"
SCHEMA_VERSION = 2

_COPIES = {"free", "returned", "sold", "units", "units_life", "units_period"}
_NO_AMOUNTS = frozenset({"came_back", "more", "step", "tier", *_COPIES})
"""Fields of integers that count something; all other integers are amounts in minor units."""

_LEFT_OUT = frozenset({"calendar", "first_period", "pays_within"})
"""The publisher's internal settings, which no statement shows."""

_IF_ANY = frozenset({"adjustments", "payments", "tax_kept", "tax_withheld", "taxed_before"})
"""Left out if empty, so that documents of earlier statements stay the same."""


def document(statement: Statement, template_version: str) -> dict[str, object]:
    """The document: amounts as texts with their currency's digits, days as ISO dates."""
    return {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        "template_version": template_version,
        "status": "draft" if statement.number is None else "issued",
        **_object(statement, statement.currency),
    }


def _object(value: object, currency: str) -> dict[str, object]:
    """A value's fields in order; ``currency`` is that of its amounts."""
    if isinstance(value, ContractAccount):
        currency = value.currency
    document: dict[str, object] = {}
    for field in fields(value):  # type: ignore[arg-type]
        if field.name not in _LEFT_OUT:
            inner = getattr(value, field.name)
            if field.name in _IF_ANY and not inner:
                continue
            counts = field.name in _NO_AMOUNTS
            document[field.name] = inner if counts else _as_json(inner, currency)
    return document


def _as_json(value: object, currency: str) -> object:
    match value:
        case None | str():
            return value
        case int():
            return amount_text(value, currency)
        case date():
            return value.isoformat()
        case tuple():
            return [_as_json(part, currency) for part in value]
        case _:
            return _object(value, currency)
