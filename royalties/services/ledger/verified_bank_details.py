"""That stored bank details are still those that were entered, of the payee who has them."""

from royalties.adapters.bank_vault import BankKeyError, DamagedDetailsError
from royalties.domain.payments.accounts import masked
from royalties.domain.payments.life import PaymentState, name_of
from royalties.services.ledger.verified_books import Failures
from royalties.services.payments.facts import fingerprints
from royalties.services.work import Work
from royalties.store.payments import accounts, files, payments


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
    yield from _approved_for_others(work)


def _approved_for_others(work: Work) -> Failures:
    """A change withdraws the approval of what was not sent, unless it stands in a file."""
    rows = [
        row
        for row in payments.payments(work.connection, work.actor, states=[PaymentState.APPROVED])
        if files.find_file(work.connection, row.batch_id) is None
    ]
    now = fingerprints(work, {row.beneficiary for row in rows})
    for row in rows:
        if row.account != now[row.beneficiary]:
            yield f"payment {name_of(row.id)} is approved for an account that is not in force"
