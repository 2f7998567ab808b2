"""Contracts and plans in plain words, for the command line."""

from dataclasses import dataclass

from royalties.domain.money import amount_text
from royalties.domain.people import Verb
from royalties.domain.terms.contracts import Contract
from royalties.domain.terms.plans import Plan
from royalties.domain.terms.wording import (
    StepWords,
    counter_sentence,
    percent,
    reserve_sentence,
    rule_sentence,
    step_words,
)
from royalties.services.books import Setup, setup_in_force
from royalties.services.work import RefusedError, Work


@dataclass(frozen=True, slots=True)
class TermsInWords:
    """A contract or a plan: its key, a heading, and its lines, indented as they belong."""

    key: str
    kind: str
    heading: str
    lines: tuple[str, ...]


def terms_in_words(work: Work, key: str = "") -> list[TermsInWords]:
    """All contracts and plans, or those of a key.

    Raises:
        RefusedError: there is none of that key.
    """
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    entries = [
        *(_contract(setup, each) for each in setup.contracts.values() if key in ("", each.key)),
        *(_plan(setup, each) for each in setup.plans.values() if key in ("", each.key)),
    ]
    if key and not entries:
        raise RefusedError(
            f"there is no contract or plan {key[:64]!r}: without a key all of them are shown"
        )
    return entries


def _contract(setup: Setup, contract: Contract) -> TermsInWords:
    titles = ", ".join(setup.titles[key].title for key in contract.titles)
    by = f", with {contract.author}" if contract.author else ""
    until = f" until {contract.ends}" if contract.ends else ""
    if contract.sell_off_until:
        until += f", sold off until {contract.sell_off_until}"
    lines = [f"since {contract.starts}{until}, in {contract.currency}; by the plan {contract.plan}"]
    for number, rule in enumerate(contract.rules, 1):
        lines.append(f"{number}. {rule.name}: {rule_sentence(rule, contract.currency)}")
        if counted := counter_sentence(rule):
            lines.append(f"   {counted}")
    lines += [f"{percent(share)} of income from {right}" for right, share in contract.rights]
    if contract.reserve is not None:
        lines.append(f"Reserve: {reserve_sentence(contract.reserve)}")
    for advance in contract.advances:
        amount, recouped = (
            amount_text(each, contract.currency) for each in (advance.amount, advance.recouped)
        )
        before = f", of which {recouped} was earned back before" if advance.recouped else ""
        lines.append(f"Advance: {amount} paid on {advance.paid_on}{before}.")
    if contract.opening_balance:
        lines.append(f"Brought in: {amount_text(contract.opening_balance, contract.currency)}.")
    return TermsInWords(contract.key, "contract", f"{titles}{by}", tuple(lines))


def _plan(setup: Setup, plan: Plan) -> TermsInWords:
    names = {key: each.name for key, each in setup.beneficiaries.items()}
    currencies = {each.currency for each in setup.contracts.values() if each.plan == plan.key}
    currency = currencies.pop() if len(currencies) == 1 else ""
    lines = []
    for version in plan.versions:
        lines.append(f"from {version.starts}:")
        lines += _steps(step_words(version.steps, names, currency), "  ")
    return TermsInWords(plan.key, "plan", "how what is payable is distributed", tuple(lines))


def _steps(steps: tuple[StepWords, ...], indent: str) -> list[str]:
    lines = []
    for number, step in enumerate(steps, 1):
        lines.append(f"{indent}{number}. {step.takes}")
        for member in step.members:
            cap = f", {member.cap}" if member.cap else ""
            part = f" ({member.part})" if len(step.members) > 1 and member.part else ""
            if member.steps:
                lines.append(f"{indent}   by steps{part}{cap}:")
                lines += _steps(member.steps, f"{indent}     ")
            else:
                lines.append(f"{indent}   to {member.name}{part}{cap}")
    return lines
