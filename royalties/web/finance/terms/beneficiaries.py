"""Beneficiaries: list, details, what they carry, amend."""

from typing import Any

from flask import abort, render_template, request

from royalties.domain.money import number_text
from royalties.domain.terms.plans import beneficiaries_of
from royalties.domain.terms.wording import percent
from royalties.services.books import setup_in_force
from royalties.services.statements import documents
from royalties.services.terms import amending as terms
from royalties.services.terms import balances as stands
from royalties.web.core.paging import part_of
from royalties.web.core.visit import current_work
from royalties.web.finance.terms.beneficiary_form import BeneficiaryForm
from royalties.web.finance.terms.editing import PAGES, Editor
from royalties.web.forms.numbers import as_read

_PART = "beneficiaries"


@PAGES.get("/beneficiaries")
def beneficiaries() -> str:
    """Every beneficiary, by name, with what they carry forward."""
    work = current_work()
    setup = setup_in_force(work)
    wanted = request.args.get("q", "").strip()[:200]
    matching = [
        payee
        for payee in sorted(setup.beneficiaries.values(), key=lambda each: each.name.casefold())
        if wanted.casefold() in f"{payee.key} {payee.name} {payee.city}".casefold()
    ]
    shown = part_of(matching)
    return render_template(
        "finance/terms/beneficiaries.html",
        found=shown,
        payees=[(payee, percent(payee.tax_rate_on(work.today))) for payee in shown.items],
        balances=stands.carried_balances(work),
        number_text=number_text,
        currency=setup.publisher.currency,
        q=wanted,
    )


@PAGES.get("/beneficiaries/<key>")
def beneficiary(key: str) -> str:
    """One beneficiary: details, accounts, people, plans, and what was said before."""
    work = current_work()
    setup = setup_in_force(work)
    payee = setup.beneficiaries.get(key)
    if payee is None:
        abort(404)
    return render_template(
        "finance/terms/beneficiary.html",
        payee=payee,
        tax_rates=[(each.starts, percent(each.rate)) for each in payee.tax_rates],
        number_text=number_text,
        currency=setup.publisher.currency,
        plans=sorted(
            plan.key
            for plan in setup.plans.values()
            if any(key in beneficiaries_of(version.steps) for version in plan.versions)
        ),
        stand=stands.payee_balance(work, key),
        earlier=[each for each in documents.documents(work, key) if each.removed_at is None],
        history=terms.history(work, _PART, key, as_read),
        waiting=terms.waiting_for(work, _PART, key),
    )


def _beside_form() -> dict[str, Any]:
    return {"currency": setup_in_force(current_work()).publisher.currency}


Editor(_PART, "beneficiary", BeneficiaryForm, _beside_form, dict).add_pages()
