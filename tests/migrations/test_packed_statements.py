"""Statements written before they were kept compressed are kept so now, to the byte."""

from hashlib import sha256

import pytest
from alembic.script import ScriptDirectory

from royalties.store.tables.metadata import unpacked
from tests.builders.books import Office, after, closed
from tests.migrations.test_migrations import config, run


@after(closed)
def test_statements_are_packed_and_unpacked_to_the_byte(office: Office) -> None:
    engine = office.system.engine
    revision = ScriptDirectory.from_config(config()).get_revision("0009")
    assert revision is not None
    before = str(revision.down_revision)

    def kept() -> list[tuple[str, str]]:
        rows = office.rows("SELECT content, fingerprint FROM statement ORDER BY number")
        return [(str(content), str(fingerprint)) for content, fingerprint in rows]

    packed = kept()
    run(engine, "downgrade", before)
    plain = kept()
    assert len(plain) > 1
    for content, fingerprint in plain:
        assert sha256(content.encode()).hexdigest() == fingerprint
    run(engine, "upgrade", "head")
    assert kept() == packed
    assert [unpacked(content) for content, _ in packed] == [content for content, _ in plain]
    assert sum(len(content) for content, _ in packed) < sum(len(c) for c, _ in plain) / 2
    assert office.faults() == {}
    with pytest.raises(Exception, match="cannot be changed"):
        office.execute("UPDATE statement SET content = '{}'")
