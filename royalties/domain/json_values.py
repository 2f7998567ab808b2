"""Values as JSON."""

import json
from datetime import date


def as_json(value: object) -> str:
    """A day or a moment as JSON holds it; for ``json.dumps(…, default=as_json)``."""
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(value)


def canonical(value: object) -> str:
    """JSON that is the same text for the same value, for ever.

    >>> canonical({"b": 1, "a": [date(2026, 4, 3)]})
    '{"a":["2026-04-03"],"b":1}'
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=as_json
    )
