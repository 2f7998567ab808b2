"""What browsers send of forms as they are shown."""

from werkzeug.datastructures import MultiDict

from royalties.web.forms.entries import EntryForm, RowList


def sent(form: EntryForm) -> "MultiDict[str, str]":
    """What a browser sends of a page that shows a form."""
    found: MultiDict[str, str] = MultiDict()
    for field in form:
        if isinstance(field, RowList):
            for row in field.rows:
                found.add(field.name, row.id)
                found.update(sent(row))
            continue
        for each in field.data if field.kind == "ticks" else [field.data]:
            # A box that is not ticked is not sent; lines of a textarea end as HTTP has them.
            if each or field.kind not in {"tick", "ticks"}:
                found.add(field.name, each.replace("\n", "\r\n"))
    return found
