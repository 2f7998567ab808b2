"""What a nonprofit keeps current itself: how it is reached, and who of it sees the figures."""

from flask import flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, Field, StringField, TelField, TextAreaField
from wtforms.validators import Length, Optional

from royalties.domain.money import number_text
from royalties.domain.people import NONPROFITS
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.ingest.setup import SetupError
from royalties.services.books import setup_in_force
from royalties.services.people.colleagues import (
    colleagues,
    invited,
    remove_colleague,
)
from royalties.services.statements.portal import nonprofit, nonprofits
from royalties.services.terms.contacts import Contact, save_contact
from royalties.web.account import colleagues as colleague_pages
from royalties.web.account.colleagues import ColleagueForm
from royalties.web.account.proving import proven
from royalties.web.core.formats import money, rate
from royalties.web.core.pages import Pages
from royalties.web.core.visit import all_or_nothing, current_work

PAGES = Pages("nonprofit_details", __name__, "/nonprofit", NONPROFITS)

_TOO_LONG = "This is too long."


class ContactForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """How a nonprofit is reached."""

    address = TextAreaField(
        "Address",
        [Optional(), Length(max=1000, message=_TOO_LONG)],
        description="One line each, as on an envelope. It stands on your statements.",
        render_kw={"autocomplete": "street-address", "rows": 4},
    )
    email = EmailField(
        "E-mail",
        [Optional(), Length(max=254, message=_TOO_LONG)],
        description="Where you hear of new statements. The address before is told of a change.",
        render_kw={"autocomplete": "email"},
    )
    contact = StringField(
        "Contact",
        [Optional(), Length(max=120, message=_TOO_LONG)],
        description="Whom the publisher asks for.",
        render_kw={"autocomplete": "name"},
    )
    phone = TelField(
        "Telephone",
        [Optional(), Length(max=120, message=_TOO_LONG)],
        render_kw={"autocomplete": "tel"},
    )


@PAGES.get("/<key>/details")
def details(key: str) -> str:
    """How a nonprofit is reached, and what the publisher keeps of it."""
    beneficiary = nonprofit(current_work(), key)
    form = ContactForm(
        data={
            "address": "\n".join(beneficiary.address),
            "email": beneficiary.email,
            "contact": beneficiary.contact,
            "phone": beneficiary.phone,
        }
    )
    return _details_page(beneficiary, form)


@PAGES.post("/<key>/details")
def save_details(key: str) -> Response | tuple[str, int]:
    """Keep what was typed; what moves money is not in this form."""
    beneficiary = nonprofit(current_work(), key)
    form = ContactForm()
    if form.validate_on_submit():
        lines = (" ".join(line.split()) for line in str(form.address.data or "").splitlines())
        contact = Contact(
            tuple(line for line in lines if line),
            *(" ".join(str(field.data or "").split()) for field in _one_line(form)),
        )
        try:
            with all_or_nothing():
                changed = save_contact(current_work(), key, contact)
        except SetupError as error:
            _blame(form, error)
        else:
            flash("Kept." if changed else "Nothing was changed.", "good")
            return redirect(url_for("nonprofit_details.details", key=key), 303)
    return _details_page(beneficiary, form), 422


@PAGES.get("/<key>/people")
def people(key: str) -> str:
    """Who of a nonprofit sees its figures."""
    return _people_page(nonprofit(current_work(), key), ColleagueForm())


@PAGES.post("/<key>/people")
def invite(key: str) -> Response | tuple[str, int]:
    """Invite a colleague by e-mail."""
    beneficiary = nonprofit(current_work(), key)
    form = ColleagueForm()
    if colleague_pages.invite(form, key):
        return redirect(url_for("nonprofit_details.people", key=key), 303)
    return _people_page(beneficiary, form), 422


@PAGES.post("/<key>/people/<int:number>/remove")
@proven()
def remove(key: str, number: int) -> Response:
    """Let a colleague see the nonprofit no more, at once."""
    nonprofit(current_work(), key)
    remove_colleague(current_work(), key, number)
    flash("They see nothing of this nonprofit any more.", "good")
    return redirect(url_for("nonprofit_details.people", key=key), 303)


@PAGES.post("/<key>/people/invited/<int:number>/withdraw")
def withdraw(key: str, number: int) -> Response:
    """Take back an invitation that was not followed yet."""
    nonprofit(current_work(), key)
    colleague_pages.withdraw(key, number)
    return redirect(url_for("nonprofit_details.people", key=key), 303)


def _details_page(beneficiary: Beneficiary, form: ContactForm) -> str:
    setup = setup_in_force(current_work())
    return render_template(
        "nonprofit/details.html",
        own=nonprofits(current_work()),
        chosen=beneficiary,
        key=beneficiary.key,
        form=form,
        house=setup.publisher,
        minimum=money(
            number_text(beneficiary.minimum_payment), setup.publisher.currency, code=True
        ),
        tax=rate(tax) if (tax := beneficiary.tax_rate_on(current_work().today)) else "",
    )


def _people_page(beneficiary: Beneficiary, form: ColleagueForm) -> str:
    return render_template(
        "nonprofit/people.html",
        own=nonprofits(current_work()),
        chosen=beneficiary,
        key=beneficiary.key,
        form=form,
        people=colleagues(current_work(), beneficiary.key),
        invited=invited(current_work(), beneficiary.key),
        remove=lambda number: url_for(".remove", key=beneficiary.key, number=number),
        withdraw=lambda number: url_for(".withdraw", key=beneficiary.key, number=number),
    )


def _one_line(form: ContactForm) -> tuple[Field, ...]:
    return form.email, form.contact, form.phone


def _blame(form: ContactForm, error: SetupError) -> None:
    """Put each fault of the entry at the field that it speaks of."""
    for fault in error.faults:
        name = fault.path.partition("].")[2].partition("[")[0].partition(".")[0]
        if name in form:
            form[name].errors = [*form[name].errors, fault.message]
        else:
            form.form_errors.append(fault.message)
