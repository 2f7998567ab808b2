"""Money's circle: closed, proposed, approved, sent, arrived; come back, closed again, paid again."""

import pytest

from royalties.domain.payments.life import Method
from royalties.domain.people import Role
from royalties.services.payments import approving, moving, proposing
from royalties.services.statements.issuing import statement as statement_of
from royalties.services.work import RefusedError
from tests.builders.books import Office, after, closed
from tests.builders.orders import somebody


def total(office: Office, account: str) -> int:
    rows = office.rows(
        f"SELECT coalesce(sum(amount), 0) FROM posting WHERE account LIKE '{account}%'"
    )
    return int(rows[0][0])


@after(closed)
def test_money_goes_from_close_to_arrival(office: Office) -> None:
    maker, checker = (somebody(office, each, Role.MANAGER) for each in ("Max", "Mia"))
    to_pay = -total(office, "liability:to-pay:")
    assert to_pay > 0
    with office.system.work(maker) as work:
        made = proposing.propose_payments(work, "token")
    with office.system.work(maker) as work, pytest.raises(RefusedError, match="another manager"):
        approving.approve(work, made.number, signed=made.payments)
    with office.system.work(checker) as work:
        with pytest.raises(RefusedError, match="one by one"):
            approving.approve(work, made.number)
        approving.approve(work, made.number, signed=made.payments)
    assert office.faults() == {}
    with office.system.work(maker) as work:
        sent = moving.send(work, made.payments, work.today, Method.WIRE, "FED-1")
    net = sum(each.net for each in sent)
    assert (total(office, "liability:to-pay:"), -total(office, "liability:in-transit:")) == (0, net)
    assert office.faults() == {}
    first, *rest = made.payments
    with office.system.work(maker) as work:
        moving.settle(work, rest, work.today)
        moving.settle(work, [first], work.today)
    assert -total(office, "asset:bank") == net
    assert office.faults() == {}
    with office.system.work(checker) as work:
        moving.take_back(work, first, work.today, "R03 no account")
    with office.system.work(checker) as work, pytest.raises(RefusedError, match="not possible"):
        moving.take_back(work, first, work.today, "R03 no account")
    assert office.faults() == {}
    office.close("2025-H2")
    assert office.faults() == {}
    (payee,) = office.rows("SELECT beneficiary FROM payment WHERE state = 'returned'")[0]
    [(number,)] = office.rows(
        "SELECT number FROM statement WHERE number LIKE '2025-H2-%' AND beneficiary = :key "
        "AND currency = (SELECT currency FROM payment WHERE state = 'returned')",
        key=payee,
    )
    with office.work(read_only=True) as work:
        said = statement_of(work, number)
    assert [(each.came_back, each.reason) for each in said.payments] == [
        (False, ""),
        (True, "R03 no account"),
    ]
    gross = said.payments[1].amount
    assert (said.brought_forward, said.balance_before) == (gross, 0)
    assert "a payment that came back" in str(office.explain(number, "brought_forward").how)
    files = office.statements("2025-H2", office.outside / "second")
    assert files.statements
    assert office.faults() == {}
