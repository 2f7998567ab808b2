"""That stored bank details are still those that were entered, of the payee who has them."""

from royalties.adapters.bank_vault import BankKeyError, DamagedDetailsError
from royalties.domain.payments.accounts import masked
from royalties.services.ledger.verified_books import Failures
from royalties.services.work import Work
from royalties.store.payments import accounts


def bank_details_differ(work: Work) -> Failures:
    """Accounts that were changed or moved to another payee; without their key none is opened."""
    for row in accounts.sealed_accounts(work.connection):
        try:
            account = work.bank_vault.open(row.sealed, row.beneficiary)
        except BankKeyError:
            continue
        except DamagedDetailsError as error:
            yield f"bank details {row.id} of {row.beneficiary}: {error}"
            continue
        if masked(account) != row.masked:
            yield f"bank details {row.id} of {row.beneficiary}: other digits are shown than stored"
        elif (
            work.bank_vault.is_newest(row.sealed)
            and work.bank_vault.fingerprint(account) != row.fingerprint
        ):
            yield f"bank details {row.id} of {row.beneficiary}: its fingerprint is another's"
