"""A run as the JSON document of the public interface, the same bytes for the same run."""

from collections.abc import Sequence
from typing import Any

from royalties.domain.currencies import exponent
from royalties.domain.money import amount_text, micro_text, number_text, rounded
from royalties.domain.royalties.earning import EarnedLine, SalesException
from royalties.domain.royalties.run import ContractRun, Run, Settlement

Document = dict[str, Any]


def run_document(run: Run, status: str) -> Document:
    """Write a run as plain JSON values; ``status`` is ``draft`` or ``closed``."""
    return {
        "period": str(run.period),
        "status": status,
        "exceptions": [_exception(each) for each in run.exceptions],
        "contracts": [_contract(each) for each in run.contracts],
        "beneficiaries": [_settlement(each) for each in run.settlements],
    }


def _exception(each: SalesException) -> Document:
    return {
        "contract": each.contract,
        "isbn": each.isbn,
        "retailer": each.retailer,
        "channel": each.channel.value,
        "units": each.units,
        "reason": each.reason,
    }


def _contract(done: ContractRun) -> Document:
    currency = done.contract.currency
    amounts = {
        "earned": done.earned,
        "withheld": done.reserve.withheld,
        "released": done.reserve.released,
        "brought_forward": done.brought_forward,
        "available": done.available,
        "recouped": done.recouped,
        "payable": done.payable,
        "carried_forward": done.carried_forward,
        "undistributed_before": done.undistributed_before,
        "undistributed": done.undistributed,
    }
    return {
        "key": done.contract.key,
        "currency": currency,
        **{name: amount_text(amount, currency) for name, amount in amounts.items()},
        "plan": done.contract.plan,
        "plan_version": done.version.starts.isoformat(),
        "lines": _lines(done.lines, currency),
        "allocations": [
            {
                "step": each.step,
                "beneficiary": each.beneficiary,
                "amount": amount_text(each.amount, currency),
            }
            for each in done.allocations
        ],
    }


def _lines(lines: Sequence[EarnedLine], contract_currency: str) -> list[Document]:
    return [
        {
            "rule": line.rule,
            "isbn": line.isbn,
            "retailer": line.retailer,
            "kind": line.kind,
            "currency": line.currency,
            "tier": line.tier,
            "units": line.units,
            "portion": str(line.portion),
            "base": base_text(line),
            "exchange_rate": number_text(line.exchange_rate),
            "rate": number_text(line.rate),
            "earned": amount_text(line.earned, contract_currency),
        }
        for line in lines
    ]


def base_text(line: EarnedLine) -> str:
    """A line's base with at least its currency's digits and at most six."""
    base = line.base if isinstance(line.base, int) else rounded(line.base)
    return micro_text(base, exponent(line.currency))


def _settlement(each: Settlement) -> Document:
    amounts = {
        "brought_forward": each.brought_forward,
        "allocated": each.allocated,
        "tax": each.tax,
        "due": each.due,
        "paid": each.paid,
        "carried_forward": each.carried_forward,
    }
    return {
        "key": each.beneficiary,
        "currency": each.currency,
        **{name: amount_text(amount, each.currency) for name, amount in amounts.items()},
        "reason": each.reason.value if each.reason else None,
    }
