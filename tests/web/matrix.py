"""Who gets what from which address: one table, by endpoint.

A route that is not in the table fails the walk, so that nobody forgets to say who may.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from royalties.domain.people import (
    ADMINISTRATORS,
    EVERYBODY,
    FINANCE,
    MANAGERS,
    NONPROFITS,
    ORGANIZATIONS,
    SIGNED_IN,
    Role,
)

Values = Mapping[str, object]
NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """One endpoint.

    Attributes:
        look: the roles that see it; None: it is not looked at.
        send: the roles whose form is taken; None: nothing is sent to it.
        own: values of the address for something that is there (and the visitor's own).
        foreign: values for another nonprofit's; answers like ``missing``.
        missing: values for what is not there at all.
        form: what is sent.
        query: what is asked for behind the address.
        answers: statuses of those who may.
    """

    look: frozenset[Role] | None = None
    send: frozenset[Role] | None = None
    own: Values = field(default_factory=dict)
    foreign: Values | None = None
    missing: Values | None = None
    form: Values = field(default_factory=dict)
    query: str = ""
    answers: frozenset[int] = frozenset({200, 303})


TABLE: dict[str, Row] = {
    "account.root": Row(EVERYBODY, answers=frozenset({200, 302, 303})),
    "account.sign_in": Row(EVERYBODY, answers=frozenset({200, 302, 303})),
    "account.second_factor": Row(EVERYBODY, answers=frozenset({200, 302, 303})),
    "account.sign_out": Row(EVERYBODY, answers=frozenset({200, 302, 303})),
    "account.account": Row(EVERYBODY, answers=frozenset({200, 302, 303})),
    "home.home": Row(FINANCE),
    "home.search": Row(FINANCE),
    "importing.uploads": Row(FINANCE),
    "importing.waiting": Row(FINANCE),
    "entry.sheet": Row(FINANCE),
    "sales.sales": Row(FINANCE),
    "catalogue.titles": Row(FINANCE),
    "catalogue.retailers": Row(FINANCE),
    "terms.contracts": Row(FINANCE),
    "terms.beneficiaries": Row(FINANCE),
    "terms.plans": Row(FINANCE),
    "closing.periods": Row(FINANCE),
    "closing.statements": Row(FINANCE),
    "ledger.ledger": Row(FINANCE),
    "people.people": Row(FINANCE),
    "people.audit": Row(FINANCE),
    "people.mail": Row(FINANCE),
    "nonprofit.home": Row(NONPROFITS),
    "organization.home": Row(ORGANIZATIONS),
    "public.titles": Row(EVERYBODY),
}
assert ADMINISTRATORS < MANAGERS < SIGNED_IN
