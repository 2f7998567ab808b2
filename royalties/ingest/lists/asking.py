"""Product forms that tell no format: asked about once each, or left out."""

from collections.abc import Collection

from royalties.domain.terms.catalogue import Format
from royalties.ingest.lists.contents import Answers, ListContents, ListQuestion, Record
from royalties.ingest.lists.forms import CHOICES, PRODUCT_FORMS

LEFT_OUT = "leave-out"
_FORM = "form."
_MOST = 50
_KEPT = frozenset(each.value for each in Format)


def settle_forms(listed: ListContents, known: Collection[str], answers: Answers) -> None:
    """Give each edition its format, by what was answered; ask about what nobody has answered.

    A record's ``form`` is what the list calls it where that is no format of ours. Editions that
    the books have keep theirs.
    """
    settled: list[Record] = []
    open_forms: dict[str, list[Record]] = {}
    left_out = 0
    for record in listed.records:
        form = record.pop("form", "")
        if not form or record["isbn"] in known or record.get("retire"):
            settled.append(record)
            continue
        answer = answers.get(f"{_FORM}{form}", "")
        if answer in _KEPT:
            settled.append({**record, "format": answer})
        elif answer == LEFT_OUT:
            left_out += 1
        else:
            open_forms.setdefault(form, []).append(record)
    if left_out:
        listed.notes.append(f"Left out, as you said: {left_out} of another product form.")
    listed.records = settled
    for form, records in list(open_forms.items())[:_MOST]:
        meaning = PRODUCT_FORMS.get(form, "")
        named = f"“{form}” ({meaning})" if meaning else f"“{form}”"
        example = records[0].get("title") or records[0]["isbn"]
        more = f" and {len(records) - 1} more" if len(records) > 1 else ""
        words = f"What are the editions of the form {named}? {example}{more}."
        options = (*CHOICES, (LEFT_OUT, "nothing that is kept here: leave them out"))
        listed.questions.append(ListQuestion(f"{_FORM}{form}", words, options))
