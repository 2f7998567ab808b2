"""What browsers send of forms as they are shown."""

from html.parser import HTMLParser

from flask import g
from werkzeug.datastructures import MultiDict

from royalties.services.names import Names
from royalties.web.forms.entries import EntryForm, RowList


class _Keys(Names):
    """Names of books that call everything by its key."""

    def of(self, part: str, key: str) -> str:
        """The key."""
        return key

    def key_of(self, part: str, text: str) -> str | None:
        """The key that was typed."""
        return text


def call_by_keys() -> None:
    """Let this request's forms find entries without any books."""
    g.names = (None, _Keys(None))


def sent(form: EntryForm) -> "MultiDict[str, str]":
    """What a browser sends of a page that shows a form."""
    found: MultiDict[str, str] = MultiDict()
    for field in form:
        if isinstance(field, RowList):
            for row in field.rows:
                found.add(field.name, row.id)
                found.update(sent(row))
            continue
        for each in field.data if field.kind in {"ticks", "picks"} else [field.data]:
            # A box that is not ticked is not sent; lines of a textarea end as HTTP has them.
            if each or field.kind not in {"tick", "ticks", "picks"}:
                found.add(field.name, each.replace("\n", "\r\n"))
    return found


class _Form(HTMLParser):
    """Collects what a browser would send of the form that has an attribute."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._mark = mark
        self._inside = False
        self._patterns = 0
        self._select = ""
        self._text: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = dict(attrs)
        if tag == "form":
            self._inside = self._mark in at
        self._patterns += tag == "template"
        if not self._inside or self._patterns:
            return
        name = at.get("name") or ""
        if tag == "input" and name:
            if at.get("type") not in ("checkbox", "radio") or "checked" in at:
                self.fields.setdefault(name, []).append(at.get("value") or "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in at or self._select not in self.fields:
                self.fields[self._select] = [at.get("value") or ""]
        elif tag == "textarea":
            self._text = (name, [])

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"
        self._patterns -= tag == "template"
        if tag == "select":
            self._select = ""
        elif tag == "textarea" and self._text is not None:
            self.fields[self._text[0]] = ["".join(self._text[1]).removeprefix("\n")]
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text[1].append(data)


def typed_of(page: str, mark: str) -> dict[str, object]:
    """What a browser sends of a page's form, found by an attribute that only this form has."""
    form = _Form(mark)
    form.feed(page)
    return {name: values[0] if len(values) == 1 else values for name, values in form.fields.items()}
