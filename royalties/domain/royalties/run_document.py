"""A run as the JSON document of the public interface, the same bytes for the same run."""

from collections.abc import Mapping, Sequence
from typing import Any

from royalties.domain.currencies import exponent
from royalties.domain.money import amount_text, micro_text, number_text, rounded
from royalties.domain.royalties.earned_lines import EarnedLine
from royalties.domain.royalties.earning import SalesException
from royalties.domain.royalties.results import ContractRun, Run, Settlement

Document = dict[str, Any]


def run_document(run: Run, status: str, *, with_lines: bool = True) -> Document:
    """A run as plain JSON values.

    50.00 USD earned (5000 minor units) becomes ``"earned": "50.00"``.

    Args:
        run: the run.
        status: ``draft`` or ``closed``.
        with_lines: whether to include the contracts' earned lines.
    """
    return {
        "period": str(run.period),
        "status": status,
        "exceptions": [_exception(exception) for exception in run.exceptions],
        "contracts": [
            _contract(contract_run, with_lines=with_lines) for contract_run in run.contracts
        ],
        "beneficiaries": [
            (_taxed_at_close if run.taxed_at_close else _settlement)(settlement)
            for settlement in run.settlements
        ],
    }


def in_todays_words(document: Document) -> Document:
    """The document of a closed run, with amounts *to pay* where earlier versions wrote *paid*.

    Their tax was withheld by the close: it becomes ``tax_withheld``, and none is expected any more.
    """
    return document | {"beneficiaries": [_renamed(each) for each in document["beneficiaries"]]}


def _renamed(settled: Document) -> Document:
    if "paid" not in settled:
        return settled
    currency = settled["currency"]
    amounts = {
        **{name: settled[name] for name in ("brought_forward", "allocated", "due")},
        "to_pay": settled["paid"],
        "tax": amount_text(0, currency),
        "net": settled["paid"],
        "carried_forward": settled["carried_forward"],
    }
    rest = {name: settled[name] for name in settled if name not in {*amounts, "paid"}}
    if settled["tax"] != amounts["tax"]:
        amounts["tax_withheld"] = settled["tax"]
    return {"key": settled["key"], "currency": currency} | amounts | rest


def _exception(exception: SalesException) -> Document:
    return {
        "contract": exception.contract,
        "isbn": exception.isbn,
        "retailer": exception.retailer,
        "channel": exception.channel.value,
        "units": exception.units,
        "reason": exception.reason,
    }


def _contract(contract_run: ContractRun, *, with_lines: bool) -> Document:
    currency = contract_run.contract.currency
    amounts = {
        "earned": contract_run.earned,
        "withheld": contract_run.reserve.withheld,
        "released": contract_run.reserve.released,
        "brought_forward": contract_run.brought_forward,
        "available": contract_run.available,
        "recouped": contract_run.recouped,
        "payable": contract_run.payable,
        "carried_forward": contract_run.carried_forward,
        "undistributed_before": contract_run.undistributed_before,
        "undistributed": contract_run.undistributed,
    }
    return {
        "key": contract_run.contract.key,
        "currency": currency,
        **{name: amount_text(amount, currency) for name, amount in amounts.items()},
        **_brought_in(contract_run),
        "plan": contract_run.contract.plan,
        "plan_version": contract_run.version.starts.isoformat(),
        **({"lines": _lines(contract_run.lines, currency)} if with_lines else {}),
        "allocations": [
            {
                "step": allocation.step,
                "beneficiary": allocation.beneficiary,
                "amount": amount_text(allocation.amount, currency),
            }
            for allocation in contract_run.allocations
        ],
    }


def _brought_in(contract_run: ContractRun) -> Document:
    """What a contract brought into the books; only its first run has it."""
    if contract_run.brought_in is None:
        return {}
    currency = contract_run.contract.currency
    return {
        "brought_in": {
            "reserves": amount_text(contract_run.brought_in.reserves, currency),
            "undistributed": amount_text(contract_run.brought_in.undistributed, currency),
            "caps_used": amount_text(sum(contract_run.brought_in.caps.values()), currency),
            "units": sum(units for units, _ in contract_run.brought_in.sold.values()),
        }
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
    """A line's base with at least its currency's decimal places and at most six.

    A base of 799.6 in USD is ``799.60``, one of 0.1234567 is ``0.123457``.
    """
    base = line.base if isinstance(line.base, int) else rounded(line.base)
    return micro_text(base, exponent(line.currency))


def _settlement(settlement: Settlement) -> Document:
    amounts = {
        "brought_forward": settlement.brought_forward,
        "allocated": settlement.allocated,
        "due": settlement.due,
        "to_pay": settlement.to_pay,
        "tax": settlement.tax,
        "net": settlement.net,
        "carried_forward": settlement.carried_forward,
    }
    if settlement.tax_withheld:
        amounts["tax_withheld"] = settlement.tax_withheld
    return _with_amounts(settlement, amounts)


def _taxed_at_close(settlement: Settlement) -> Document:
    """The same in the words of the closes that withheld tax at once."""
    amounts = {
        "brought_forward": settlement.brought_forward,
        "allocated": settlement.allocated,
        "tax": settlement.tax_withheld,
        "due": settlement.due,
        "paid": settlement.to_pay,
        "carried_forward": settlement.carried_forward,
    }
    return _with_amounts(settlement, amounts)


def _with_amounts(settlement: Settlement, amounts: Mapping[str, int]) -> Document:
    return {
        "key": settlement.beneficiary,
        "currency": settlement.currency,
        **{name: amount_text(amount, settlement.currency) for name, amount in amounts.items()},
        "reason": settlement.reason.value if settlement.reason else None,
        **_adjustments(settlement),
    }


def _adjustments(settlement: Settlement) -> Document:
    if not settlement.adjustments:
        return {}
    return {
        "adjustments": [
            {"amount": amount_text(each.amount, each.currency), "reason": each.reason}
            for each in settlement.adjustments
        ]
    }
