"""Reports that a user mapped: formats made of the setup's ``reports``, without code."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Words
from dataclasses import dataclass, field

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import (
    BOOK,
    UNREAD_RETURNS,
    Column,
    CombinedKind,
    ReportFormat,
    RowMeaning,
    normal,
)

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

_KINDS: Words[str, SaleKind | CombinedKind | str] = {
    **{kind.word: kind for kind in SaleKind},
    **{both.value: both for both in CombinedKind},
    "none": "no sale",
}

TITLES = ("Title", "Book title", "Product title", "Product")

_OPTIONAL = frozenset(
    ("list_price", "discount", "country", "region", "city", "reference", "title", "order")
)
_FIELDS = {"isbn": BOOK, "returned_units": "returned"}


@dataclass(frozen=True, slots=True)
class Mapping:
    """One entry of the setup's ``reports``.

    ``columns`` gives a column's name by what it holds: ``isbn, date, units, net, currency,
    retailer, kind, returned_units, list_price, discount, unit_net, country, region, city, order,
    reference, title``. ``date_order`` is ``ymd``, ``dmy`` or ``mdy``, ``decimal`` a point or a
    comma, ``returns`` ``negative``, ``positive-by-kind`` or ``own-column`` (else ``returned_units``
    is not read, which is warned of), ``currency`` the default, ``skip`` beginnings of rows to leave
    out, ``kinds`` what words of the kind column mean beside the usual ones: ``sale``, ``return``,
    ``free``, ``usage``, ``sold-and-returned`` or ``none``. ``kind`` is that of rows that do not say
    it. ``rows_are`` is ``lines``, ``one-each`` or ``money``. ``only`` and ``leave_out`` are rows to
    take or to leave: values by their column's name. ``unread`` are columns that are known to be of
    no use, as patterns. ``ends_at`` are the first words of the row at which the table ends, empty:
    the first empty row. ``percent`` names columns in per cent, ``period`` is of rows without a
    date, and ``answers`` are those to questions, by key, that hold for all its files. ``name`` is
    what people call it; no file is recognised as one that has ``ended``.

    A comma as ``decimal`` and ``dmy`` or ``mdy`` as ``date_order`` count unless the file
    proves the opposite throughout, which is asked about. A point and ``ymd``, the defaults of the
    setup, decide nothing that the file does not prove: files that nobody looked at have them, too.
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
    kind: str | None = None
    rows_are: str = "lines"
    only: Words[str, Sequence[str]] = field(default_factory=dict)
    leave_out: Words[str, Sequence[str]] = field(default_factory=dict)
    ends_at: str | None = None
    percent: Sequence[str] = ()
    period: str | None = None
    answers: Words[str, str] = field(default_factory=dict)
    name: str | None = None
    ended: bool = False
    unread: Sequence[str] = ()

    def as_format(self) -> ReportFormat:
        """The mapping as a declared format."""
        in_rows = "retailer" in self.columns
        rows_are = RowMeaning(self.rows_are)
        asks = [
            name for name, there in (
                ("retailer", in_rows or self.retailer),
                ("period", "date" in self.columns),
                ("currency", "currency" in self.columns or self.currency),
            ) if not there
        ]  # fmt: skip
        return ReportFormat(
            name=self.key,
            title=f"the mapped report {self.name or self.key!r}",
            columns=(*self._columns(rows_are),),
            retailer=None if in_rows else self.retailer,
            sheet=self.sheet or "",
            header_row=self.header_row,
            constants={"currency": self.currency} if self.currency else {},
            kinds=self._kinds(rows_are),
            other_kinds=SaleKind.USAGE if rows_are is RowMeaning.MONEY else None,
            kind=self._kind(rows_are),
            rows_are=rows_are,
            only=self.only,
            leave_out=self.leave_out,
            ends_at=self.ends_at,
            answers={**self.answers, **({"period": self.period} if self.period else {})},
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

    def _columns(self, rows_are: RowMeaning) -> Iterator[Column]:
        for name, printed in self.columns.items():
            filled = _FIELDS.get(name, name)
            if name == "units" and self.returns == "own-column":
                filled = "sold"
            if name == "unit_net" and rows_are is RowMeaning.ONE_EACH and "net" not in self.columns:
                filled = "net"
            if name == "units" and rows_are is RowMeaning.MONEY:
                filled = ""
            read = "percent" if name in self.percent else ""
            if name == "returned_units" and self.returns != "own-column":
                filled, read = "", UNREAD_RETURNS
            yield Column(filled, (printed,), required=name not in _OPTIONAL, read=read)
        for heading in dict.fromkeys((*self.only, *self.leave_out)):
            yield Column("", (heading,), required=True)
        yield Column("title", TITLES)

    def _kinds(self, rows_are: RowMeaning) -> Words[str, SaleKind | CombinedKind | str]:
        """What words mean; where all is money, any that is not left out means usage."""
        own = {normal(word): _KINDS[kind] for word, kind in self.kinds.items()}
        if rows_are is RowMeaning.MONEY:
            return {word: kind for word, kind in own.items() if isinstance(kind, str)}
        return {**KINDS} | own

    def _kind(self, rows_are: RowMeaning) -> SaleKind | None:
        if rows_are is RowMeaning.MONEY:
            return SaleKind.USAGE
        return SaleKind[self.kind.upper()] if self.kind else None
