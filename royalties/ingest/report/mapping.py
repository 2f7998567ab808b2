"""Reports that a user mapped: formats made of the setup's ``reports``, without code."""

from collections.abc import Mapping as Words
from collections.abc import Sequence
from dataclasses import dataclass, field

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import BOOK, Column, ReportFormat, normal

KINDS: Words[str, SaleKind | str] = {
    **dict.fromkeys(("sale", "sales", "sold", "s", "order", "invoice", "inv"), SaleKind.SALE),
    **dict.fromkeys(
        ("return", "returns", "returned", "refund", "refunded", "r", "credit", "credit memo", "cm"),
        SaleKind.RETURN,
    ),
    **dict.fromkeys(
        ("free", "gratis", "review", "review copy", "complimentary", "promotion", "promo"),
        SaleKind.FREE,
    ),
}
"""Words that kind columns use."""

_KINDS: Words[str, SaleKind | str] = {kind.word: kind for kind in SaleKind} | {"none": "no sale"}

TITLES = ("Title", "Book title", "Product title", "Product")

_OPTIONAL = frozenset(
    ("list_price", "discount", "country", "region", "city", "reference", "title", "order")
)
_FIELDS = {"isbn": BOOK, "returned_units": "returned"}


@dataclass(frozen=True, slots=True)
class Mapping:
    """One entry of the setup's ``reports``.

    ``columns`` gives a column's name by what it holds: ``isbn, date, units, net, currency,
    retailer, kind, returned_units, list_price, discount, unit_net, country, region, city,
    reference``. ``date_order`` is ``ymd``, ``dmy`` or ``mdy``, ``decimal`` a point or a comma,
    ``returns`` ``negative``, ``positive-by-kind`` or ``own-column``, ``currency`` the default,
    ``skip`` beginnings of rows to leave out, ``kinds`` what words of the kind column mean beside
    the usual ones: ``sale``, ``return``, ``free``, ``usage`` or ``none``. ``unread`` are columns
    that are known to be of no use, as patterns.

    A comma as ``decimal`` and ``dmy`` or ``mdy`` as ``date_order`` are taken at their word. A
    point and ``ymd``, the defaults of the setup, decide nothing that the file does not prove:
    files that nobody looked at have them, too.
    """

    key: str
    retailer: str | None
    columns: Words[str, str]
    sheet: str | None = None
    header_row: int | None = None
    date_order: str | None = None
    decimal: str | None = None
    returns: str = "negative"
    currency: str | None = None
    skip: Sequence[str] = ()
    kinds: Words[str, str] = field(default_factory=dict)
    unread: Sequence[str] = ()

    def as_format(self) -> ReportFormat:
        """The mapping as a declared format."""
        in_rows = "retailer" in self.columns
        own_column = self.returns == "own-column"
        columns = [
            Column(
                "sold" if name == "units" and own_column else _FIELDS.get(name, name),
                (printed,),
                required=name not in _OPTIONAL,
            )
            for name, printed in self.columns.items()
        ]
        columns.append(Column("title", TITLES))
        asks = [
            name for name, there in (
                ("retailer", in_rows or self.retailer),
                ("period", "date" in self.columns),
                ("currency", "currency" in self.columns or self.currency),
            ) if not there
        ]  # fmt: skip
        return ReportFormat(
            name=self.key,
            title=f"the mapped report {self.key!r}",
            columns=tuple(columns),
            retailer=None if in_rows else self.retailer,
            sheet=self.sheet or "",
            header_row=self.header_row,
            constants={"currency": self.currency} if self.currency else {},
            kinds={**KINDS} | {normal(word): _KINDS[kind] for word, kind in self.kinds.items()},
            unread=tuple(self.unread),
            counts_use=True,
            returns_positive=self.returns == "positive-by-kind",
            skip=tuple(word.casefold() for word in self.skip),
            date_order=self.date_order if self.date_order in ("dmy", "mdy") else "",
            decimal="," if self.decimal == "," else "",
            strict=True,
            prices="exact",
            asks=tuple(asks),
        )
