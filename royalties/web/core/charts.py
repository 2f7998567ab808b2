"""What charts are drawn of; ``parts.html`` draws them as SVG, and a table behind says the same."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Series:
    """Bars of one kind, one for each label of the chart: as numbers, and as they are written."""

    words: str
    values: list[Decimal]
    shown: list[str]
