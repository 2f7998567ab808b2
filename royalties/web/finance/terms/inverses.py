"""Taking an entry of the setup back: retire it, bring it back, remove it, change its key."""

from collections.abc import Callable, Mapping
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for

from royalties.domain.people import FINANCE, Verb
from royalties.domain.problems import SetupFault
from royalties.ingest.setup import SetupError
from royalties.services.terms import inverses as service
from royalties.services.terms.amending import Saved
from royalties.services.terms.inverses import Standing
from royalties.services.work import RefusedError
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import Day, EntryField, Selection

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
    ends = Day("Last day", short=True)
    sell_off_until = Day(
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
    found = service.find_standing(current_work(), of, key) if of in _LIST_OF else None
    if found is None:
        abort(404)
    if request.method != "POST":
        return _page(found)
    act = _DO.get(request.form.get("do", ""))
    if act is None:
        return _page(found, refused="choose what is to be done with it"), 422
    try:
        with all_or_nothing():
            words, onward = act(found)
    except SetupError as error:
        refused = "; ".join(f"{_field(fault)} {fault.message}" for fault in error.faults)
        return _page(found, refused=refused), 422
    except RefusedError as error:
        return _page(found, refused=str(error)), 409
    flash(words, "good")
    return redirect(onward, 303)


def _retire(found: Standing) -> tuple[str, str]:
    form = WhyForm(request.form)
    saved = service.retire(
        current_work(), found.part, found.key, form.reason.data, isbn=form.isbn.data
    )
    return _told(saved, "Retired: it is offered nowhere any more."), _address(found)


def _bring_back(found: Standing) -> tuple[str, str]:
    form = WhyForm(request.form)
    saved = service.bring_back(
        current_work(), found.part, found.key, form.reason.data, isbn=form.isbn.data
    )
    return _told(saved, "It is offered again."), _address(found)


def _remove(found: Standing) -> tuple[str, str]:
    form = WhyForm(request.form)
    isbn = form.isbn.data
    service.remove(current_work(), found.part, found.key, form.reason.data, isbn=isbn)
    if isbn:
        return f"Edition {isbn} is removed.", _address(found)
    return f"{found.name} is removed.", url_for(_LIST_OF[found.part][1])


def _rename(found: Standing) -> tuple[str, str]:
    form = KeyForm(request.form)
    new = form.new.data
    followed = service.rename(current_work(), found.part, found.key, new, form.reason.data)
    also = f", and so is it in {len(followed)} entries that name it" if followed else ""
    return f"The key is {new} now{also}.", url_for(_PAGE_OF[found.part], key=new)


def _end(found: Standing) -> tuple[str, str]:
    form = EndForm(request.form)
    last, until = _day(form.ends.data, "last day"), None
    if form.sell_off_until.data:
        until = _day(form.sell_off_until.data, "last day of the sell-off")
    saved = service.end(current_work(), found.key, last, form.reason.data, until, form.right.data)
    words = "The end is noted. It counts from the next calculation on."
    return _told(saved, words), _address(found)


def _go_on(found: Standing) -> tuple[str, str]:
    form = EndForm(request.form)
    saved = service.go_on(current_work(), found.key, form.reason.data, form.right.data)
    return _told(saved, "It goes on."), _address(found)


def _day(text: str, words: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusedError(f"give the {words} as a day such as 2026-06-30") from None


_DO: Mapping[str, Callable[[Standing], tuple[str, str]]] = {
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


def _told(saved: Saved, words: str) -> str:
    if saved.proposal is None:
        return words
    return (
        f"Prepared as proposal {saved.proposal}. It takes effect once another person, a "
        f"manager, approves it."
    )


def _address(found: Standing) -> str:
    return url_for(_PAGE_OF[found.part], key=found.key)


def _page(found: Standing, *, refused: str = "") -> str:
    typed = request.form if request.method == "POST" else None
    why, key, end = WhyForm(typed), KeyForm(typed), EndForm(typed)
    rights = found.body.get("subsidiary_rights", {})
    end["right"].offer([("", "the contract"), *((right, f"the right {right}") for right in rights)])
    if typed is None and found.part == "contracts":
        end["ends"].data = found.body.get("ends", "")
        end["sell_off_until"].data = found.body.get("sell_off_until", "")
    why["isbn"].offer(
        [
            ("", f"the whole {found.word}"),
            *((isbn, f"edition {isbn}") for isbn, _ in found.editions),
        ]
    )
    words, listed = _LIST_OF[found.part]
    return render_template(
        "finance/terms/inverses.html",
        found=found,
        why=why,
        key=key,
        end=end,
        refused=refused,
        may_load=current_work().actor.may(Verb.LOAD),
        can_retire=found.part in service.RETIRED,
        has_key=found.part in service.RENAMED,
        crumbs=[(words, url_for(listed))]
        + ([(found.name, _address(found))] if found.part in _PAGE_OF else []),
        named_by=[
            (
                service.WORDS.get(of, "mapped report"),
                service.name_of(current_work(), of, other),
                url_for(_PAGE_OF[of], key=other) if of in _PAGE_OF else "",
            )
            for of, other in found.references
        ],
    )
