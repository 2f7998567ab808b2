"""Frozen documents are compared by their bytes, whatever a later version would write."""

import json
from collections.abc import Callable
from hashlib import sha256

import pytest
from sqlalchemy import text

from royalties.domain.royalties.run_document import run_document
from royalties.services.ledger import recomputing
from royalties.services.work import Work
from royalties.store.tables.metadata import unpacked
from tests.builders.books import Office, after
from tests.builders.shipped import paid
from tests.services.ledger.test_verifying import a_year, faults_after, told

FROZEN = {
    "invoice": "invoices are numbered",
    "quote": "quotes, and files",
    "statement": "statements are complete",
}
"""Tables with frozen contents, and the invariant that tells when one was changed."""


def all_kinds(office: Office) -> None:
    """Books with a paid order and a closed period."""
    paid(office)
    office.close("2025-H1")


def rewritten(table: str, write: Callable[[str], str], *, honest: bool) -> Callable[[Work], None]:
    """Write a table's contents otherwise, with the fingerprints of it (honest) or the old ones."""

    def tamper(work: Work) -> None:
        connection = work.connection
        rows = connection.execute(text(f"SELECT content, fingerprint FROM {table}")).all()
        assert rows
        for content, fingerprint in rows:
            new = write(unpacked(content))  # which statements are
            values = {"old": fingerprint, "content": new, "fingerprint": fingerprint}
            if honest:
                values["fingerprint"] = sha256(new.encode()).hexdigest()
            connection.execute(
                text(
                    f"UPDATE {table} SET content = :content, fingerprint = :fingerprint "
                    f"WHERE fingerprint = :old"
                ),
                values,
            )

    return tamper


def as_another_version(content: str) -> str:
    """The same said by a version that wrote other things beside it, in another order."""
    said = dict(reversed(json.loads(content).items()))
    return json.dumps({"of_another_version": [1], **said}, indent=1)


@pytest.mark.thorough("further books", but_one_in=3)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", FROZEN)
@after(all_kinds)
def test_document_written_by_another_version_counts_as_unchanged(
    office: Office, table: str
) -> None:
    assert faults_after(office, rewritten(table, as_another_version, honest=True)) == {}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", FROZEN)
@after(all_kinds)
def test_extra_space_in_a_stored_document_is_found(office: Office, table: str) -> None:
    faults = faults_after(office, rewritten(table, lambda content: content + " ", honest=False))
    assert "was changed" in told(faults, FROZEN[table])


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(a_year)
def test_stored_runs_are_compared_by_content(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later version writes more into the document of a run, and no figure otherwise."""

    def newer(done: object, status: str) -> dict[str, object]:
        document = run_document(done, status)  # type: ignore[arg-type]  # whatever it is given
        for contract in document["contracts"]:
            contract["of_another_version"] = "1.00"
        return {**document, "of_another_version": []}

    monkeypatch.setattr(recomputing, "run_document", newer)
    assert office.faults() == {}

    def other(done: object, status: str) -> dict[str, object]:
        document = run_document(done, status)  # type: ignore[arg-type]  # whatever it is given
        return {**document, "contracts": document["contracts"][1:]}

    monkeypatch.setattr(recomputing, "run_document", other)
    assert "gives other figures" in "\n".join(
        failure for failures in office.faults().values() for failure in failures
    )
