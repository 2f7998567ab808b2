"""A query for a nonprofit's figures never finds those of another.

Pages and verbs ask first whose a statement is; should one of them forget, the store finds nothing.
"""

from sqlalchemy import Connection

from royalties.domain.people import Actor, Role
from royalties.store.statements import portal, statements
from tests.builders.books import TESS, Office, after, closed

SEATTLES = Actor("Sam", Role.NONPROFIT, 1, frozenset({"seattle"}))
NOBODYS = Actor("Nora", Role.NONPROFIT, 2)


def numbers(office: Office, beneficiary: str) -> list[str]:
    query = "SELECT number FROM statement WHERE beneficiary = :key ORDER BY place"
    return [number for (number,) in office.rows(query, key=beneficiary)]


def found(connection: Connection, actor: Actor, beneficiary: str, number: str) -> list[bool]:
    """Whether each query for statements finds a beneficiary's."""
    return [
        bool(statements.find_statement(connection, actor, number)),
        bool(statements.listed(connection, actor, beneficiary=beneficiary)),
        bool(portal.settled(connection, actor, beneficiary)),
        bool(portal.contents(connection, actor, beneficiary, [number])),
        bool(portal.issued_files(connection, actor, beneficiary, [number])),
    ]


@after(closed)
def test_nonprofit_finds_its_own_statements_alone(office: Office) -> None:
    [(period,)] = office.rows("SELECT id FROM period WHERE name = '2025-H1'")
    own, others = numbers(office, "seattle"), numbers(office, "houston")
    with office.work(read_only=True) as work:
        everything = statements.numbers_of(work.connection, TESS, period)
        assert set(own) | set(others) < set(everything)
        assert statements.numbers_of(work.connection, SEATTLES, period) == own
        assert all(found(work.connection, SEATTLES, "seattle", own[0]))
        assert not any(found(work.connection, SEATTLES, "houston", others[0]))
        assert not any(found(work.connection, NOBODYS, "seattle", own[0]))
        assert statements.neighbours(work.connection, SEATTLES, period, 99) == (own[-1], None)
