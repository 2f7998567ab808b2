"""The key of bank details, changed: everything that an older one encrypted is encrypted again."""

from royalties.domain.people import Verb
from royalties.services.payments import steps
from royalties.services.work import Work
from royalties.store.payments import accounts, files


def seal_again(work: Work) -> tuple[int, int]:
    """Encrypt accounts and files with the key in use that an older one encrypted.

    Fingerprints depend on the key: payments keep the ones of the accounts that they went to.

    Returns:
        How many accounts, and how many files.

    Raises:
        BankKeyError: there is no key, or not the one of an account.
        DamagedDetailsError: one was tampered with.
    """
    work.actor.require(Verb.SET)
    vault = work.bank_vault
    steps.hold(work)
    every = accounts.sealed_accounts(work.connection)
    old = [account_row for account_row in every if not vault.is_newest(account_row.sealed)]
    for row in old:
        account = vault.open(row.sealed, row.beneficiary)
        sealed, fingerprint = vault.seal(account, row.beneficiary), vault.fingerprint(account)
        values = {"sealed": sealed, "fingerprint": fingerprint}
        accounts.change_account(work.connection, row.id, values)
        accounts.rename_account(work.connection, row.beneficiary, row.fingerprint, fingerprint)
    sealed_files = [
        file
        for file in files.every_file(work.connection)
        if vault.is_sealed(file.content) and not vault.is_newest(file.content)
    ]
    for made in sealed_files:
        content = vault.open_text(made.content, made.name)
        files.change_content(work.connection, made.batch_id, vault.seal_text(content, made.name))
    if old or sealed_files:
        work.record(
            Verb.SET,
            {
                "what": "bank-details-sealed-again",
                "accounts": len(old),
                "files": len(sealed_files),
            },
        )
    return len(old), len(sealed_files)
