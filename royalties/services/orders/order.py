"""An order as a value."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from royalties.domain.orders.life import OrderKind, State
from royalties.domain.orders.pricing import Option
from royalties.store.orders.orders import OrderRow


@dataclass(frozen=True, slots=True)
class Address:
    """Where copies go; ``place`` is country and state, ``US-WA``."""

    copies: int
    name: str
    lines: tuple[str, ...]
    city: str
    region: str
    postcode: str
    country: str

    @property
    def place(self) -> str:
        """Country and state as price lists and certificates name them."""
        return f"{self.country}-{self.region}" if self.region else self.country


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands. Days are dates; ``version`` rises with every change."""

    id: int
    number: str
    kind: OrderKind
    organization: str
    title: str
    isbn: str
    own_isbn: str | None
    state: State
    held_in: State | None
    quantity: int
    audience: str
    need_by: date | None
    rush: bool
    options: tuple[Option, ...]
    ship_to: tuple[Address, ...]
    contact_name: str
    contact_email: str
    assigned_id: int | None
    quote_version: int | None
    po_number: str
    accepted_by: str
    approved_on: date | None
    started_on: date | None
    promised_on: date | None
    reorder_of: int | None
    created_at: str
    created_by: str
    version: int


def order_of(row: OrderRow) -> Order:
    """A stored order as a value."""
    values: dict[str, Any] = row._asdict()
    for name in ("need_by", "approved_on", "started_on", "promised_on"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return Order(
        **{
            **values,
            "kind": OrderKind(row.kind),
            "state": State(row.state),
            "held_in": State(row.held_in) if row.held_in else None,
            "rush": bool(row.rush),
            "options": tuple(Option(each) for each in json.loads(row.options)),
            "ship_to": tuple(
                Address(**{**each, "lines": tuple(each["lines"])})
                for each in json.loads(row.ship_to)
            ),
        }
    )
