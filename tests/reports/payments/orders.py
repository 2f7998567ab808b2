"""Orders to pay that tests write into files."""

from typing import Any

from royalties.domain.payments.accounts import AccountType, CanadianAccount, IbanAccount, UsAccount
from royalties.domain.payments.orders import (
    AchProfile,
    Address,
    IsoProfile,
    PayeeKind,
    PaymentOrder,
)

SEATTLE = Address("4th Avenue", "1000", "98104", "Seattle", "WA", "US")
CHECKING = UsAccount("021000021", "123456789")
SAVINGS = UsAccount("011401533", "98-7654", AccountType.SAVINGS)
GERMAN = IbanAccount("DE89370400440532013000", "COBADEFFXXX")
CANADIAN = CanadianAccount("004", "12345", "1234567")

BANK = AchProfile(
    odfi="122105155",
    destination="US Bank",
    company="Quarto Press",
    company_id="1911234567",
)
EURO_BANK = IsoProfile(
    name="Quarto Press GmbH", account=GERMAN, currency="EUR", sepa=True, address=SEATTLE
)


def order(number: int = 1, **changes: Any) -> PaymentOrder:
    return PaymentOrder(
        **{
            "reference": f"PAY-2026-{number:04}",
            "payee": "Seattle Food Bank",
            "kind": PayeeKind.ORGANIZATION,
            "amount": 120433,
            "currency": "USD",
            "statements": (f"2026-1-{number:04}",),
            "account": CHECKING,
            "address": SEATTLE,
            **changes,
        }
    )
