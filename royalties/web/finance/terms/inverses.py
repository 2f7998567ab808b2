"""Taking an entry of the setup back: retire it, bring it back, remove it, change its key."""

from collections.abc import Callable, Mapping
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for

from royalties.domain.people import FINANCE, Verb
from royalties.domain.problems import SetupFault
from royalties.ingest.setup import SetupError
from royalties.services.terms import inverses as service
from royalties.services.terms.amending import Saved
from royalties.services.terms.inverses import EntryStatus
from royalties.services.work import RefusedError
from royalties.web.core.consent import prepared
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.finance.terms.again import asked_again
from royalties.web.forms.choices import Selection
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import DayField, EntryField

PAGES = Pages("inverses", __name__, "/finance/entries", FINANCE)

_PAGE_OF = {
    "titles": "catalogue.title",
    "retailers": "catalogue.retailer",
    "contracts": "terms.contract",
    "plans": "terms.plan",
    "beneficiaries": "terms.beneficiary",
    "price_lists": "price_lists.price_list",
    "organizations": "organizations.organization",
}
_LIST_OF = {
    "titles": ("Titles", "catalogue.titles"),
    "retailers": ("Retailers", "catalogue.retailers"),
    "contracts": ("Contracts", "terms.contracts"),
    "plans": ("Plans", "terms.plans"),
    "beneficiaries": ("Beneficiaries", "terms.beneficiaries"),
    "price_lists": ("Price lists", "price_lists.price_lists"),
    "organizations": ("Organizations", "organizations.organizations"),
    "exchange_rates": ("Rates and income", "rates.rates"),
    "income": ("Rates and income", "rates.rates"),
}


class WhyForm(EntryForm):
    """Why an entry is taken back; of a title perhaps one edition alone."""

    isbn = Selection("What is meant")
    reason = EntryField("Why", hint="Its history keeps it.", needed=True, longest=1000)


class EndForm(EntryForm):
    """The last day of a contract or of a right, and why."""

    right = Selection("What ends")
    ends = DayField("Last day", short=True)
    sell_off_until = DayField(
        "Sell-off until",
        hint="Of a contract: copies sold until then still count. Blank: there is no sell-off.",
        short=True,
    )
    reason = EntryField(
        "Why", id="reason-of-end", hint="Its history keeps it.", needed=True, longest=1000
    )


class KeyForm(EntryForm):
    """Another key, and why."""

    new = EntryField("New key", needed=True, short=True, longest=64)
    reason = EntryField(
        "Why", id="reason-of-key", hint="Its history keeps it.", needed=True, longest=1000
    )


@PAGES.route("/<part>/<path:key>", methods=["GET", "POST"])
def entry(part: str, key: str) -> Answer:
    """What may be done with an entry; sent, one of it is done."""
    of = part.replace("-", "_")
    status = service.find_entry_status(current_work(), of, key) if of in _LIST_OF else None
    if status is None:
        abort(404)
    if request.method != "POST":
        return _entry_page(status)
    act = _DO.get(request.form.get("do", ""))
    if act is None:
        return _entry_page(status, refused="choose what is to be done with it"), 422
    try:
        with all_or_nothing():
            words, onward = act(status)
    except SetupError as error:
        refused = "; ".join(f"{_field(fault)} {in_names(fault.message)}" for fault in error.faults)
        return _entry_page(status, refused=refused), 422
    except RefusedError as error:
        return _entry_page(status, refused=in_names(error)), 409
    flash(words, "good")
    return redirect(onward, 303)


def _retire(status: EntryStatus) -> tuple[str, str]:
    form = WhyForm(request.form)
    saved = service.retire(
        current_work(), status.part, status.key, form.reason.data, isbn=form.isbn.data
    )
    return _outcome_words(saved, "Retired: it is offered nowhere any more."), _address(status)


def _bring_back(status: EntryStatus) -> tuple[str, str]:
    form = WhyForm(request.form)
    saved = service.bring_back(
        current_work(), status.part, status.key, form.reason.data, isbn=form.isbn.data
    )
    return _outcome_words(saved, "It is offered again."), _address(status)


def _remove(status: EntryStatus) -> tuple[str, str]:
    form = WhyForm(request.form)
    isbn = form.isbn.data
    service.remove(current_work(), status.part, status.key, form.reason.data, isbn=isbn)
    if isbn:
        return f"Edition {isbn} is removed.", _address(status)
    return f"{status.name} is removed.", url_for(_LIST_OF[status.part][1])


def _rename(status: EntryStatus) -> tuple[str, str]:
    form = KeyForm(request.form)
    new = form.new.data
    followed = service.rename(current_work(), status.part, status.key, new, form.reason.data)
    also = f", and so is it in {len(followed)} entries that name it" if followed else ""
    return f"The key is {new} now{also}.", url_for(_PAGE_OF[status.part], key=new)


def _end(status: EntryStatus) -> tuple[str, str]:
    form = EndForm(request.form)
    last, until = _day(form.ends.data, "last day"), None
    if form.sell_off_until.data:
        until = _day(form.sell_off_until.data, "last day of the sell-off")
    saved = service.end(current_work(), status.key, last, form.reason.data, until, form.right.data)
    words = "The end is noted. It counts from the next calculation on."
    return _outcome_words(saved, words), _address(status)


def _go_on(status: EntryStatus) -> tuple[str, str]:
    form = EndForm(request.form)
    saved = service.go_on(current_work(), status.key, form.reason.data, form.right.data)
    return _outcome_words(saved, "It goes on."), _address(status)


def _day(text: str, words: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusedError(f"give the {words} as a day such as 2026-06-30") from None


_DO: Mapping[str, Callable[[EntryStatus], tuple[str, str]]] = {
    "retire": _retire,
    "bring-back": _bring_back,
    "remove": _remove,
    "rename": _rename,
    "end": _end,
    "go-on": _go_on,
}


def _field(fault: SetupFault) -> str:
    """What a fault is about, in the page's words."""
    name = fault.path.rpartition(".")[2]
    return _FIELDS.get(name, name.replace("_", " "))


_FIELDS = {
    "key": "the new key",
    "ends": "the last day",
    "sell_off_until": "the last day of the sell-off",
}


def _outcome_words(saved: Saved, words: str) -> str:
    if saved.proposal is None:
        return words
    return prepared(saved.proposal)


def _address(status: EntryStatus) -> str:
    return url_for(_PAGE_OF[status.part], key=status.key)


def _entry_page(status: EntryStatus, *, refused: str = "") -> str:
    is_sent = request.method == "POST"
    forms = (WhyForm, KeyForm, EndForm)
    why, key, end = (form(request.form) if is_sent else form() for form in forms)
    rights = status.body.get("subsidiary_rights", {})
    end["right"].offer([("", "the contract"), *((right, f"the right {right}") for right in rights)])
    if not is_sent and status.part == "contracts":
        end["ends"].data = status.body.get("ends", "")
        end["sell_off_until"].data = status.body.get("sell_off_until", "")
    why["isbn"].offer(
        [
            ("", f"the whole {status.word}"),
            *((isbn, f"edition {isbn}") for isbn, _ in status.editions),
        ]
    )
    proposal, proposed = asked_again(status.part, status.key)
    if proposal and proposed and not is_sent:
        why["reason"].data = end["reason"].data = proposal.note
        if proposed.right_ended[0] in rights:
            end["right"].data, end["ends"].data = proposed.right_ended
    words, listed = _LIST_OF[status.part]
    return render_template(
        "finance/terms/inverses.html",
        found=status,
        why=why,
        key=key,
        end=end,
        refused=refused,
        again=proposal,
        may_load=current_work().actor.may(Verb.LOAD),
        can_retire=status.part in service.RETIRED,
        has_key=status.part in service.RENAMED,
        crumbs=[(words, url_for(listed))]
        + ([(status.name, _address(status))] if status.part in _PAGE_OF else []),
        named_by=[
            (
                service.WORDS.get(of, "mapped report"),
                service.name_of(current_work(), of, other),
                url_for(_PAGE_OF[of], key=other) if of in _PAGE_OF else "",
            )
            for of, other in status.references
        ],
    )
