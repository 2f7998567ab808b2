"""Lines of the log in plain words."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from royalties.domain.approvals import APPROVED_BY_TWO, ProposalKind, words_of
from royalties.domain.terms.changes import field_words
from royalties.domain.terms.entry_words import ENTRY_WORDS
from royalties.ingest import places
from royalties.web.core.formats import day, plural
from royalties.web.core.names import names
from royalties.web.finance.orders.words import ACTIONS

_VERBS = {
    "load": "loaded setup",
    "import": "imported",
    "enter": "entered sales",
    "undo": "undid an import",
    "correct": "corrected",
    "alias": "gave an alias",
    "remember": "said once of reports",
    "prepare": "prepared",
    "approve": "decided",
    "explain-jump": "explained",
    "close": "closed a period",
    "issue": "issued statements",
    "send": "sent",
    "manage-people": "people",
    "set": "settings",
    "keep-documents": "earlier statements",
    "keep-notes": "notes",
    "keep-filters": "saved filters",
    "keep-contact": "changed contact",
    "invite-colleague": "colleagues",
    "keep-account": "own account",
    "sign-in": "signing in",
    "order": "ordering",
    "keep-orders": "orders",
    "pay": "payments",
}

_SAID = {
    "match-moved": "{identifier} stands for {isbn}, and no longer for {was}",
    "match-ended": "{identifier} stands for no edition any more, and did for {was}",
    "signed-in": "Signed in",
    "signed-out": "Signed out",
    "accepted": "Accepted the invitation",
    "first-administrator": "Became the first administrator, by the link that the desk printed",
    "reset-asked": "A new password was asked for",
    "password-reset": "Set a new password by a link",
    "password-changed": "Changed the password",
    "renamed": "Changed the own name",
    "session-ended": "Signed out another browser",
    "signed-out-everywhere": "Signed out everywhere",
    "second-factor-set": "Set up the second factor",
    "second-factor-renewed": "Changed the second factor to another device",
    "recovery-codes-renewed": "Made new recovery codes",
    "invited": "Invited {name}",
    "invited-again": "Sent {name} a new invitation",
    "withdrawn": "Withdrew the invitation of {name}",
    "role-changed": "Changed the role of {name} from {before} to {role}",
    "disabled": "Disabled {name}",
    "enabled": "Opened the account of {name} again",
    "second-factor-reset": "Reset the second factor of {name}",
    "removed": "Removed {name}",
    "joined": "{name} followed an invitation of colleagues",
    "demo": "Added {name} for the demo",
    "came-by-request": "Came in by a request for copies",
    "no-book": "Said that {name} is no book in reports of {retailer}",
    "bundle": "Said that {name} is a bundle in reports of {retailer}",
    "forgotten": "Took back what was said of {name} in reports of {retailer}",
    "parallel-begun": "Put old totals of {file} beside the draft of {period}",
    "parallel-explained": "Explained a difference of the parallel run of {period}",
    "parallel-signed": "Signed the parallel run of {period} off",
    "parallel-abandoned": "Left the parallel run of {period}",
    "document-kept": "Kept {name}, an earlier statement",
    "document-filed": "Said whose earlier statement {name} is, and of when",
    "document-amended": "Amended what is said of {name}, an earlier statement",
    "document-shown": "Let the nonprofit see {name}, an earlier statement",
    "document-hidden": "Hid {name}, an earlier statement, from the nonprofit",
    "document-removed": "Took {name} back, an earlier statement",
    "note-added": "Wrote a note about {subject}",
    "note-withdrawn": "Withdrew a note about {subject}",
    "note-restored": "Brought a note about {subject} back",
    "question-added": "Asked a question about {subject}",
    "question-resolved": "Settled a question about {subject}",
    "question-reopened": "Opened a question about {subject} again",
    "question-withdrawn": "Withdrew a question about {subject}",
    "question-restored": "Brought a question about {subject} back",
    "answer-added": "Answered a question about {subject}",
    "answer-withdrawn": "Withdrew an answer to a question about {subject}",
    "answer-restored": "Brought an answer to a question about {subject} back",
    "filter-saved": "Saved the filter {name}",
    "filter-changed": "Renamed or shared the filter {name}",
    "filter-deleted": "Deleted the filter {name}",
    "mail-chosen": "Chose what to be told by e-mail",
    "mail-again": "Let e-mail {mail} be sent again",
    "payment-propose": "Proposed payment {payment} of {currency} {amount} to {beneficiary}",
    "payment-hold-back": "Lowered payment {payment} to {beneficiary} to {currency} {lowered_to}",
    "payment-approve": "Approved payment {payment} of {currency} {amount} to {beneficiary}",
    "payment-withdraw": "Withdrew the approval of payment {payment} to {beneficiary}",
    "payment-file": "Made the file of {batch} for the bank",
    "payment-file-taken": "Downloaded the file of {batch}, with accounts in clear",
    "payment-send": "Payment {payment} of {currency} {amount} to {beneficiary} was sent",
    "payment-settle": "Payment {payment} of {currency} {amount} to {beneficiary} arrived",
    "payment-return": "Payment {payment} of {currency} {amount} to {beneficiary} came back",
    "payment-void": "Voided payment {payment} of {currency} {amount} to {beneficiary}",
    "payment-note": "The bank asked for a correction of payment {payment} to {beneficiary}",
    "bank-file": "Imported {file}, a file of the bank",
    "bank-lines": "Recorded open bookings of the bank",
    "tax-deposited": "Recorded that {currency} {amount} tax of Form {form} was deposited",
    "tax-deposit-undone": "Took back a deposit of {currency} {amount} tax of Form {form}",
    "payment-release": "Let {beneficiary} be paid again after payment {payment}",
    "bank-details-entered": "Entered bank details of {beneficiary}: {account}",
    "bank-details-confirmed": "Confirmed bank details of {beneficiary}: {account}",
    "bank-details-declined": "Declined bank details of {beneficiary}: {account}",
    "bank-details-withdrawn": "Took back bank details of {beneficiary}: {account}",
    "bank-details-replaced": "Others replaced bank details of {beneficiary}: {account}",
    "bank-details-ended": "Ended bank details of {beneficiary}: {account}",
    "bank-details-viewed": "Saw bank details of {beneficiary} in clear: {account}",
    "bank-details-sealed-again": "Encrypted bank details again with another key",
    "mail-given-up": "Gave e-mail {mail} up: it is not sent any more",
}

_BY = {
    "password": "with the password",
    "code": "with password and code",
    "recovery-code": "with password and a recovery code",
}

_PLAIN = {
    "import": "Imported {file} as import {batch}: {lines}",
    "undo": "Took import {batch} back: {lines}",
    "correct": "Corrected import {corrects} by import {batch}: {lines}",
    "alias": "{identifier} stands for {isbn}",
    "close": "Closed {period}: {statements}",
    "issue": "Issued {files} of {period}",
    "send": "Sent {messages} about statements of {period}",
    "explain-jump": "Explained {subject} in {period}: “{text}”",
    "load": "Loaded {file}",
    "order": "Order {order}: {action}, now {state}",
    "keep-orders": "Order {order}: {action}, now {state}",
}

_DECIDED = {
    "": "Prepared {words}",
    "approved": "Approved {words}",
    "refused": "Sent back {words}",
    "withdrawn": "Withdrew {words}",
}
"""What was done with a proposal, by the status that it got."""
_COUNTED = {"lines": "line", "statements": "statement", "files": "file", "messages": "message"}
"""What numbers of a record count."""

_SWITCHES = {
    "two_people": "A second pair of eyes",
    "second_factor_for_all": "A second factor for everybody",
}

_SETTINGS = {
    ("sandbox", "begun"): "Opened the sandbox with the examples",
    ("sandbox", "left"): "Left the sandbox: all that was in it was deleted",
    ("logo", "changed"): "Changed the logo",
    ("logo", "removed"): "Removed the logo",
    ("openings_none", "True"): "Noted that there are no opening balances",
}

_PART_OF = {
    "beneficiaries": "beneficiaries",
    "beneficiaries_before": "beneficiaries",
    "beneficiary": "beneficiaries",
    "contract": "contracts",
    "organization": "organizations",
    "organizations": "organizations",
    "organizations_before": "organizations",
    "plan": "plans",
    "retailer": "retailers",
    "title": "titles",
}
"""What a record's fields name by key, and the part of the setup that these are of."""

_ABOUT = {
    "draft": "the draft",
    "waiting": "rows that wait",
    "upload": "upload",
}
"""What else is explained, by how its subject begins."""

_SUBJECTS = {**_PART_OF, "report": "retailers", "sheet": "retailers"}
"""The same of what begins a subject, such as ``title:tides``."""

_FEW = 5
_CODE = re.compile(r"[a-z]+(?:[-_][a-z]+)+")
_PLACE = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_HASH = re.compile(r"[0-9a-f]{64}")
_UNSAID = {"what", "is_new"}
"""Fields that the sentence of a line says already."""
_LONGEST = 300


def verb_words(action: str) -> str:
    """A verb of the log in words."""
    return _VERBS.get(action, action.replace("-", " "))


def headline(action: str, payload: Any) -> str:  # noqa: ANN401 - whatever JSON was recorded
    """What a line says, as a sentence; empty where its details say it."""
    if not isinstance(payload, Mapping):
        return ""
    event = payload.get("what")
    entries = payload.get("entries", {}) if action == "load" else {}
    if event == "held" or len(entries) == 1:
        return (
            _amended(*next(iter(entries.items()))) + _by_whom(payload)
            if entries
            else _held(payload)
        )
    if "proposal" in payload or not _SWITCHES.keys().isdisjoint(payload):
        return _of_proposal(payload) or _of_switch(payload)
    pattern = _setting(payload) or _SAID.get(str(event)) or (None if event else _PLAIN.get(action))
    if pattern is None:
        return ""
    try:
        text = pattern.format_map({key: _value_words(key, value) for key, value in payload.items()})
    except KeyError:
        return ""
    if kept := payload.get("tax_kept"):
        text += f"; {kept} tax stays withheld, for its year was over"
    by = _BY.get(str(payload.get("by")))
    return f"{text} {by}" if by else text + _by_whom(payload)


def _setting(payload: Mapping[str, Any]) -> str:
    """What was done with a setting that is no switch; empty if it is none of these."""
    return next((words for each, words in _SETTINGS.items() if each in _texts(payload)), "")


def _texts(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(key, str(value)) for key, value in payload.items()]


def _value_words(key: str, value: Any) -> str:  # noqa: ANN401 - whatever JSON was recorded
    """A value of a record within a sentence."""
    if key in _PART_OF:
        return _text(_by_name(_PART_OF[key], value))
    if key in _COUNTED and isinstance(value, int):
        return plural(value, _COUNTED[key])
    if key == "subject":
        return _subject_words(str(value))
    if key == "action":
        return ACTIONS.get(str(value), str(value).replace("-", " "))
    return str(value).replace("-", " ") if key == "state" else _text(value)


def details(payload: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - whatever JSON was recorded
    """What a line recorded, as pairs of name and value."""
    if not isinstance(payload, Mapping):
        return [("record", _text(payload))]
    return [
        (str(key).replace("_", " "), _text(_readable(payload, str(key), value)))
        for key, value in payload.items()
        if key not in _UNSAID and value not in ("", None, [], {})
    ]


def _readable(payload: Mapping[str, Any], key: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    """A value of a record with names in place of keys, and words in place of codes."""
    part = str(payload.get("part", ""))
    of = _PART_OF.get(key) or (part if key in ("key", "was") and part in ENTRY_WORDS else "")
    if of:
        return _by_name(of, value)
    if key == "day":
        return _day_words(value)
    if key == "part":
        return ENTRY_WORDS.get(part, part)
    if key == "subject":
        return _subject_words(str(value))
    return _as_words(key, value)


def _day_words(value: Any) -> Any:  # noqa: ANN401 - JSON
    try:
        return day(date.fromisoformat(value))
    except (TypeError, ValueError):
        return value


def _as_words(key: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if key == "entries" and isinstance(value, Mapping):
        return [_amended(str(entry), fields) for entry, fields in value.items()]
    if key == "followed" and isinstance(value, list):
        return [_entry_words(str(entry)) for entry in value]
    if isinstance(value, str) and _CODE.fullmatch(value):
        return re.sub("[-_]", " ", value)
    if isinstance(value, str) and _PLACE.fullmatch(value):
        return places.place_name(value)
    return value


def _by_name(part: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        return [names().of(part, str(each)) for each in value]
    return names().of(part, str(value)) if value else value


def _subject_words(subject: str) -> str:
    """What a proposal or an explanation is about: ``contracts foot-2015``, ``title:tides``."""
    kind, mark, key = subject.partition(":")
    if kind in _ABOUT:
        return f"{_ABOUT[kind]} {key}".strip()
    if mark and kind in _SUBJECTS:
        of, _, more = key.partition(":")
        return f"{kind} {names().of(_SUBJECTS[kind], of)}{', ' if more else ''}{more}"
    return _entry_words(subject)


def _entry_words(entry: str) -> str:
    """An entry by part and key, as ``contracts foot-2015``."""
    part, _, key = entry.partition(" ")
    if part not in ENTRY_WORDS:
        return entry
    return f"{ENTRY_WORDS[part]} {_entry_name(part, key)}".strip()


def _entry_name(part: str, key: str) -> str:
    if part == "income":
        period, _, rest = key.partition("|")
        contract, _, what = rest.partition("|")
        return f"{what.replace('|', ' ').strip()} of {names().of('contracts', contract)}, {period}"
    if "|" in key or part == "publisher":
        return "" if part == "publisher" else key.replace("|", ", ")
    return names().of(part, key)


def _of_switch(payload: Mapping[str, Any]) -> str:
    return next(
        (
            f"{words} was switched {'on' if payload[name] else 'off'}"
            for name, words in _SWITCHES.items()
            if name in payload
        ),
        "",
    )


def _of_proposal(payload: Mapping[str, Any]) -> str:
    pattern = _DECIDED.get(str(payload.get("status", "")))
    kind = next((each for each in ProposalKind if each == payload.get("kind")), None)
    if pattern is None or kind is None or "proposal" not in payload:
        return ""
    subject = str(payload.get("subject"))
    part, _, key = subject.partition(" ")
    name = names().of(part, key) if part in APPROVED_BY_TWO else ""
    words = words_of(
        kind,
        subject,
        name=name,
        early=bool(payload.get("early")),
        is_new=bool(payload.get("is_new")),
    )
    return pattern.format(words=words) + _by_whom(payload)


def _by_whom(payload: Mapping[str, Any]) -> str:
    """Who had prepared it, where a second person decided."""
    name = payload.get("prepared_by")
    return f"; prepared by {name}" if name else ""


def _amended(entry: str, fields: list[str]) -> str:
    about = _entry_words(entry)
    if fields == ["new"]:
        return f"Added {about}"
    amended = [field_words(each) for each in fields[:_FEW]]
    return f"Amended {about}: {', '.join(amended)}{', …' if len(fields) > _FEW else ''}"


def _held(payload: Mapping[str, Any]) -> str:
    times = payload.get("at_least")
    if payload.get("tried") == "code":
        return f"After {times} wrong codes sign-in as {payload.get('name')} was blocked for a while"
    whom = payload.get("name") or "an address that nobody has"
    if payload.get("tried") == "address":
        whom = "one place on the network"
    failed = "" if payload.get("tried") == "sign_in" else "failed "  # right ones count there too
    return f"After {times} {failed}attempts sign-in was blocked for a while: {whom}"


def _text(value: Any) -> str:  # noqa: ANN401 - whatever JSON was recorded
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        text = ", ".join(f"{key} {_text(each)}" for key, each in value.items())
    elif isinstance(value, list):
        text = ", ".join(map(_text, value))
    else:
        text = str(value)
    if _HASH.fullmatch(text):
        return f"{text[:12]}…"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
