"""The JSON Schema of the setup file, for editors and for people."""

from typing import Any

from royalties.ingest.setup.models import Setup

EXAMPLE: dict[str, Any] = {
    "publisher": {
        "name": "Example House",
        "currency": "USD",
        "calendar": "half-yearly",
        "first_period": "2025-H1",
    },
    "titles": [
        {
            "key": "collab",
            "title": "Collaborating against Human Trafficking",
            "authors": ["Kirsten Foot"],
            "published": "2015-09-01",
            "editions": [
                {
                    "isbn": "9781442246928",
                    "format": "hardcover",
                    "prices": [{"currency": "USD", "amount": "75.00", "from": "2015-09-01"}],
                }
            ],
        }
    ],
    "retailers": [{"key": "amazon", "name": "Amazon", "channel": "online"}],
    "contracts": [
        {
            "key": "foot-2015",
            "titles": ["collab"],
            "currency": "USD",
            "starts": "2015-01-01",
            "author": "Kirsten Foot",
            "rules": [
                {
                    "name": "Hardcover",
                    "formats": ["hardcover"],
                    "discount": {"below": "0.55"},
                    "basis": "list",
                    "tiers": [{"up_to": 5000, "rate": "0.10"}, {"rate": "0.125"}],
                },
                {"name": "Everything else", "basis": "net", "rate": "0.10"},
            ],
            "subsidiary_rights": {"translation": "0.75"},
            "reserve": {"rate": "0.20", "formats": ["hardcover"], "hold_periods": 2},
            "advances": [{"amount": "5000.00", "paid_on": "2014-05-01"}],
            "plan": "cities",
        }
    ],
    "beneficiaries": [
        {"key": "seattle", "name": "Seattle partners", "city": "Seattle", "country": "US"},
        {"key": "houston", "name": "Houston partners", "city": "Houston", "country": "US"},
    ],
    "plans": [
        {
            "key": "cities",
            "versions": [
                {
                    "from": "2015-01-01",
                    "steps": [
                        {
                            "share": "0.30",
                            "when": {"regions": ["WA"]},
                            "to": [{"beneficiary": "seattle"}],
                        },
                        {
                            "remainder": True,
                            "to": [
                                {"beneficiary": "seattle", "weight": 1},
                                {"beneficiary": "houston", "weight": 2},
                            ],
                        },
                    ],
                }
            ],
        }
    ],
    "exchange_rates": [{"period": "2025-H1", "from": "GBP", "to": "USD", "rate": "1.2712"}],
    "income": [
        {
            "period": "2025-H1",
            "contract": "foot-2015",
            "right": "translation",
            "amount": "1000.00",
            "note": "Japanese edition",
        }
    ],
}
"""A small setup that loads, shown with the schema."""


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the setup file.

    Amounts, rates and shares are strings of plain decimals. What one key demands of another,
    and references, are checked on loading.
    """
    schema = _plainer(Setup.model_json_schema())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Setup file of royalties",
        **schema,
        "examples": [EXAMPLE],
    }


def _plainer(schema: Any) -> Any:
    """The schema without titles, and without "or null", which spoils an editor's messages."""
    if isinstance(schema, list):
        return [_plainer(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    # A property may be called title; only a schema's own title is a text.
    plainer = {
        key: _plainer(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str)) and (key, value) != ("default", None)
    }
    match plainer.get("anyOf"):
        case [only, {"type": "null"}]:
            del plainer["anyOf"]
            return only | plainer
    return plainer
