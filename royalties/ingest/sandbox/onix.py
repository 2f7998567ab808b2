"""An ONIX message as one sheet: a row for each price of each product, or one without a price.

Reference names and short tags are understood, of releases 3.0 and 3.1. A product is forgotten once
its rows are made, so that a message may be long. What an element says is passed on as it stands;
what it means is decided outside (``royalties/ingest/lists/onix.py``).
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from lxml import etree

from royalties.ingest.sandbox.archive import MOST_ROWS, FileRefusedError, too_many_rows

MOST_BYTES = 500_000_000
DEEPEST = 24
_HEAD = 4_096
"""Bytes in which a document type is declared, if one is."""

_LONGEST = 400
"""Characters of a text that is passed on: a title, a name, a number."""

_MOST_OF_A_KIND = 200
"""Contributors, identifiers or prices of one product."""

COLUMNS = (
    "reference", "notification", "isbn", "composition", "form", "details", "title", "subtitle",
    "authors", "editors", "published", "works", "related", "price_type", "qualifier", "condition",
    "currency", "amount", "from", "until", "in", "not_in", "tax_code", "tax_rate", "tax_amount",
    "taxable",
)  # fmt: skip
"""What the columns of the sheet are called."""

_SHORT = {
    "onixmessage": "ONIXMessage", "header": "Header", "product": "Product", "m186":
    "DefaultCurrencyCode", "x310": "DefaultPriceType", "a001": "RecordReference", "a002":
    "NotificationType", "productidentifier": "ProductIdentifier", "b221": "ProductIDType",
    "b244": "IDValue", "descriptivedetail": "DescriptiveDetail", "x314": "ProductComposition",
    "b012": "ProductForm", "b333": "ProductFormDetail", "titledetail": "TitleDetail",
    "b202": "TitleType", "titleelement": "TitleElement", "x409": "TitleElementLevel",
    "b203": "TitleText", "b030": "TitlePrefix", "b031": "TitleWithoutPrefix", "b029": "Subtitle",
    "contributor": "Contributor", "b034": "SequenceNumber", "b035": "ContributorRole",
    "b036": "PersonName", "b037": "PersonNameInverted", "b039": "NamesBeforeKey",
    "b247": "PrefixToKey", "b040": "KeyNames", "b041": "NamesAfterKey", "b248": "SuffixToKey",
    "b047": "CorporateName", "publishingdetail": "PublishingDetail",
    "publishingdate": "PublishingDate", "x448": "PublishingDateRole", "b306": "Date",
    "j260": "DateFormat", "relatedmaterial": "RelatedMaterial", "relatedwork": "RelatedWork",
    "x454": "WorkRelationCode", "workidentifier": "WorkIdentifier", "b201": "WorkIDType",
    "relatedproduct": "RelatedProduct", "x455": "ProductRelationCode",
    "productsupply": "ProductSupply", "supplydetail": "SupplyDetail", "price": "Price",
    "x462": "PriceType", "j261": "PriceQualifier", "j263": "MinimumOrderQuantity",
    "pricecondition": "PriceCondition", "j151": "PriceAmount", "j152": "CurrencyCode",
    "tax": "Tax", "x471": "TaxRateCode", "x472": "TaxRatePercent", "x473": "TaxableAmount",
    "x474": "TaxAmount", "territory": "Territory", "x449": "CountriesIncluded",
    "x450": "RegionsIncluded", "x451": "CountriesExcluded", "x452": "RegionsExcluded",
    "pricedate": "PriceDate", "x476": "PriceDateRole", "x475": "TaxType",
    "market": "Market",
}  # fmt: skip
"""Reference names by short tags."""

_ISBN13, _GTIN = "15", "03"
_MANIFESTATION = "01"
_SAME_WORK = frozenset(("06", "13", "27"))
"""Other forms of the work: alternative format, e-book of a printed book, and its inverse."""

_WRITES = frozenset(("A01", "A02", "A03", "A05", "A06", "A09", "A10", "A38"))
"""Roles of list 17 of who writes."""

_EDITS = frozenset(("B01", "B02", "B09", "B11", "B13", "B15"))
_CONDITIONS = ("PriceCondition", "MinimumOrderQuantity")
_NAMES = ("PrefixToKey", "KeyNames", "NamesAfterKey", "SuffixToKey")


class OnixPages:
    """The one sheet of an ONIX message."""

    def __init__(self, path: Path) -> None:
        """Look at how the message begins.

        Raises:
            FileRefusedError: it is too large, declares a document type, or is no ONIX 3.
        """
        if path.stat().st_size > MOST_BYTES:
            raise FileRefusedError(
                f"the ONIX file is larger than {MOST_BYTES // 1_000_000} MB",
                "ask for it in parts",
            )
        self._path = path
        self.names = [("", True)]
        next(self.rows(""))

    def rows(self, name: str) -> Iterator[list[Any]]:  # noqa: ARG002 - there is one sheet
        """See ``WorkbookPages``; the first row names the columns."""
        try:
            with self._path.open("rb") as file:
                for count, row in enumerate(self._rows(file)):
                    if count > MOST_ROWS:
                        raise too_many_rows()
                    yield row
        except etree.XMLSyntaxError as error:
            if self._declares_type():  # what it declares is wrong before its message begins
                raise _doctype_refused() from error
            raise FileRefusedError(
                f"the ONIX file is damaged: {error.msg}", "ask for it again"
            ) from error

    def _declares_type(self) -> bool:
        with self._path.open("rb") as file:
            head = file.read(_HEAD).replace(b"\0", b"")  # in UTF-16, every other byte
        return b"<!DOCTYPE" in head

    def offset(self, name: str) -> int:  # noqa: ARG002
        """See ``WorkbookPages``."""
        return 0

    def size(self, name: str) -> tuple[int, int]:  # noqa: ARG002
        """See ``WorkbookPages``."""
        return 0, len(COLUMNS)

    def _rows(self, file: Any) -> Iterator[list[Any]]:
        events = etree.iterparse(
            file,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        depth = 0
        header: dict[str, str] = {}
        for event, element in events:
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1:
                _require_onix(element)
                yield list(COLUMNS)
            if depth > DEEPEST:
                raise FileRefusedError(
                    f"the ONIX file is more than {DEEPEST} elements deep", "ask for it again"
                )
            if event == "end" and depth == 1:
                if _name(element) == "Header":
                    header = {_name(each): _text(each) for each in element}
                if _name(element) == "Product":
                    yield from _product(_Node(element), header)
                _let_go(element)


def _let_go(element: Any) -> None:
    """Forget what was read, with what stands before it."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _doctype_refused() -> FileRefusedError:
    return FileRefusedError(
        "the ONIX file declares a document type (DOCTYPE), which is not read",
        "take the line that begins with <!DOCTYPE out of it, or ask for it without",
    )


def _require_onix(root: Any) -> None:
    information = root.getroottree().docinfo
    if information.doctype or information.internalDTD is not None:
        raise _doctype_refused()
    release = root.get("release", "")
    namespace = etree.QName(root).namespace or ""
    if _name(root) != "ONIXMessage":
        raise FileRefusedError(
            f"this is XML, but no ONIX message: it begins with <{_local(root)}>",
            "choose the ONIX file of your titles, or a table of them",
        )
    if not (release.startswith("3.") or "/onix/3." in namespace):
        raise FileRefusedError(
            "this is ONIX of a release before 3.0", "ask for it as ONIX 3.0 or 3.1"
        )


def _local(element: Any) -> str:
    return str(etree.QName(element).localname)


@cache
def _reference_name(tag: str) -> str:
    local = tag.rpartition("}")[2]
    return "ONIXMessage" if local == "ONIXmessage" else _SHORT.get(local, local)


def _name(element: Any) -> str:
    """The reference name of an element."""
    return _reference_name(element.tag) if isinstance(element.tag, str) else ""


def _text(element: Any) -> str:
    """The text of an element, whose markup is left out."""
    text = "".join(element.itertext()) if len(element) else element.text or ""
    return " ".join(text.split())[:_LONGEST]


class _Node:
    """An element with its children by name, so that each is looked at once."""

    __slots__ = ("_children", "_element")

    def __init__(self, element: Any) -> None:
        self._element = element
        self._children: dict[str, list[Any]] = {}
        for each in element:
            self._children.setdefault(_name(each), []).append(each)

    def all(self, name: str) -> "list[_Node]":
        """Its children of a name."""
        children = self._children.get(name)
        if children and not isinstance(children[0], _Node):
            children = self._children[name] = [_Node(child) for child in children[:_MOST_OF_A_KIND]]
        return children or []

    def text(self) -> str:
        """Its text."""
        return _text(self._element)

    def get(self, attribute: str) -> str:
        """An attribute; empty if it has none."""
        return str(self._element.get(attribute, ""))


def _all(node: _Node, name: str) -> list[_Node]:
    return node.all(name)


def _within(node: _Node, *names: str) -> list[_Node]:
    """The nodes that a path of names leads to."""
    nodes = [node]
    for name in names:
        nodes = [inner for outer in nodes for inner in outer.all(name)]
    return nodes[:_MOST_OF_A_KIND]


def _first(node: _Node, *names: str) -> str:
    return next((each.text() for each in _within(node, *names)), "")


def _product(product: _Node, header: dict[str, str]) -> Iterator[list[str]]:
    said = {
        "reference": _first(product, "RecordReference"),
        "notification": _first(product, "NotificationType"),
        "isbn": _identifier(product),
        "composition": _first(product, "DescriptiveDetail", "ProductComposition"),
        "form": _first(product, "DescriptiveDetail", "ProductForm"),
        "details": " ".join(
            each.text() for each in _within(product, "DescriptiveDetail", "ProductFormDetail")
        ),
        "authors": "\n".join(_people(product, _WRITES)),
        "editors": "\n".join(_people(product, _EDITS)),
        "published": _published(product),
        "works": "\n".join(islice(_works(product), _MOST_OF_A_KIND)),
        "related": "\n".join(islice(_related(product), _MOST_OF_A_KIND)),
        **_title(product),
    }
    prices = list(_prices(product, header))
    for price in prices or [{}]:
        row = {**said, **price}
        yield [row.get(column, "") for column in COLUMNS]


def _identifier(element: _Node) -> str:
    """Its ISBN-13, else the GTIN that is one."""
    by_type = {
        _first(each, "ProductIDType"): _first(each, "IDValue")
        for each in reversed(_all(element, "ProductIdentifier"))
    }
    return by_type.get(_ISBN13) or by_type.get(_GTIN) or by_type.get("02", "")


def _title(product: _Node) -> dict[str, str]:
    details = _within(product, "DescriptiveDetail", "TitleDetail")
    details.sort(key=lambda each: _first(each, "TitleType") != "01")
    elements = [element for detail in details[:1] for element in _all(detail, "TitleElement")]
    elements.sort(key=lambda each: _first(each, "TitleElementLevel") != "01")
    if not elements:
        return {}
    element = elements[0]
    prefixed = (_first(element, "TitlePrefix"), _first(element, "TitleWithoutPrefix"))
    title = _first(element, "TitleText") or " ".join(each for each in prefixed if each)
    return {"title": title, "subtitle": _first(element, "Subtitle")}


def _people(product: _Node, roles: frozenset[str]) -> Iterator[str]:
    contributors = [
        contributor
        for contributor in _within(product, "DescriptiveDetail", "Contributor")
        if roles & {role.text() for role in _all(contributor, "ContributorRole")}
    ]
    contributors.sort(key=lambda contributor: _place(_first(contributor, "SequenceNumber")))
    yield from filter(None, map(_person, contributors))


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 999_999


def _person(contributor: _Node) -> str:
    if name := _first(contributor, "PersonName"):
        return name
    if key := _first(contributor, "KeyNames"):
        before = _first(contributor, "NamesBeforeKey")
        rest = [_first(contributor, each) for each in _NAMES]
        return " ".join(each for each in (before, *rest) if each) or key
    if inverted := _first(contributor, "PersonNameInverted"):
        last, _, first = inverted.partition(",")
        return " ".join(each for each in (first.strip(), last.strip()) if each)
    return _first(contributor, "CorporateName")


def _dated(element: _Node) -> str:
    """A date with its format before it: ``00 20150910``."""
    for each in _all(element, "Date"):
        stated = each.get("dateformat") or _first(element, "DateFormat") or "00"
        return f"{stated} {each.text()}"
    return ""


def _published(product: _Node) -> str:
    days_by_role = {
        _first(dated, "PublishingDateRole"): _dated(dated)
        for dated in reversed(_within(product, "PublishingDetail", "PublishingDate"))
    }
    return days_by_role.get("01") or days_by_role.get("11", "")


def _works(product: _Node) -> Iterator[str]:
    for each in _within(product, "RelatedMaterial", "RelatedWork"):
        if _first(each, "WorkRelationCode") == _MANIFESTATION:
            for identifier in _all(each, "WorkIdentifier"):
                kind, value = _first(identifier, "WorkIDType"), _first(identifier, "IDValue")
                yield f"{kind} {value.replace('-', '')}"


def _related(product: _Node) -> Iterator[str]:
    for each in _within(product, "RelatedMaterial", "RelatedProduct"):
        codes = {code.text() for code in _all(each, "ProductRelationCode")}
        if codes & _SAME_WORK and (isbn := _identifier(each)):
            yield isbn


def _prices(product: _Node, header: dict[str, str]) -> Iterator[dict[str, str]]:
    for supply in _all(product, "ProductSupply"):
        market = _territory(_within(supply, "Market", "Territory"))
        for price in _within(supply, "SupplyDetail", "Price"):
            if amount := _first(price, "PriceAmount"):
                yield _price(price, amount, market, header)


def _price(
    price: _Node, amount: str, market: tuple[str, str], header: dict[str, str]
) -> dict[str, str]:
    own = _territory(_all(price, "Territory"))
    included, excluded = own if any(own) else market
    dates = {
        _first(each, "PriceDateRole"): _dated(each) for each in reversed(_all(price, "PriceDate"))
    }
    tax = _sum_of_taxes(_all(price, "Tax"))
    return {
        "price_type": _first(price, "PriceType") or header.get("DefaultPriceType", ""),
        "qualifier": _first(price, "PriceQualifier"),
        "condition": "yes" if any(_all(price, each) for each in _CONDITIONS) else "",
        "currency": _first(price, "CurrencyCode") or header.get("DefaultCurrencyCode", ""),
        "amount": amount,
        "from": dates.get("14", ""),
        "until": dates.get("15", ""),
        "in": included,
        "not_in": excluded,
        **tax,
    }


def _territory(found: Sequence[_Node]) -> tuple[str, str]:
    """What it includes, and what it leaves out: codes of countries and regions."""
    return _codes(found, "Included"), _codes(found, "Excluded")


def _codes(found: Sequence[_Node], ending: str) -> str:
    names = (f"Countries{ending}", f"Regions{ending}")
    return " ".join(_first(each, name) for each in found for name in names).strip()


def _sum_of_taxes(taxes: Sequence[_Node]) -> dict[str, str]:
    """What is said of one tax; of several it is left to be asked."""
    if len(taxes) != 1:
        return {}
    [tax] = taxes
    return {
        "tax_code": _first(tax, "TaxRateCode"),
        "tax_rate": _first(tax, "TaxRatePercent"),
        "tax_amount": _first(tax, "TaxAmount"),
        "taxable": _first(tax, "TaxableAmount"),
    }
