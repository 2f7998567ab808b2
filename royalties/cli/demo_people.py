"""Who signs in to the demo: one of each kind, with passwords that everybody may know."""

from dataclasses import dataclass

from royalties.cli.desk import Desk
from royalties.domain.people import Role
from royalties.services.people.demo_people import add_demo_person

PASSWORD = "seven sectors in one room"  # noqa: S105 - the demo's, printed for everybody


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the demo; ``key`` is what an authenticator app is given."""

    email: str
    name: str
    role: Role
    key: str
    beneficiaries: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()


PEOPLE = (
    DemoPerson(
        "ada@example.org", "Ada Admin", Role.ADMINISTRATOR, "DEMOADMINAAAAAAAAAAAAAAAAAAAAAA2"
    ),
    DemoPerson("max@example.org", "Max Manager", Role.MANAGER, "DEMOMANAGERAAAAAAAAAAAAAAAAAAAA3"),
    DemoPerson("cleo@example.org", "Cleo Clerk", Role.CLERK, "DEMOCLERKAAAAAAAAAAAAAAAAAAAAAA4"),
    DemoPerson(
        "sam@example.org",
        "Sam of Seattle",
        Role.NONPROFIT,
        "DEMOSEATTLEAAAAAAAAAAAAAAAAAAAA5",
        ("seattle",),
    ),
    DemoPerson(
        "hope@example.org",
        "Hope of Houston",
        Role.NONPROFIT,
        "DEMOHOUSTONAAAAAAAAAAAAAAAAAAAA6",
        ("houston",),
    ),
    DemoPerson(
        "hal@example.org",
        "Hal of Harborlight",
        Role.ORGANIZATION,
        "DEMOHARBORAAAAAAAAAAAAAAAAAAAA22",
        organizations=("harborlight",),
    ),
    DemoPerson(
        "pat@example.org",
        "Pat of Prairie Colleges",
        Role.ORGANIZATION,
        "DEMOPRAIRIEAAAAAAAAAAAAAAAAAAAA7",
        organizations=("prairie-colleges",),
    ),
)


def welcome(desk: Desk) -> None:
    """Add the demo's people where they are not there yet, and print how they sign in."""
    with desk.work() as work:
        for person in PEOPLE:
            add_demo_person(
                work,
                person.email,
                person.name,
                person.role,
                PASSWORD,
                person.key,
                beneficiaries=person.beneficiaries,
                organizations=person.organizations,
            )
        codes = [work.credentials.totp_code(person.key, work.now) for person in PEOPLE]
    desk.say(f'Everybody\'s password: "{PASSWORD}"')
    desk.say("")
    desk.table(
        ("role", "e-mail", "code now", "key for an authenticator app"),
        [
            (
                " of ".join((person.role.value, *person.beneficiaries, *person.organizations)),
                person.email,
                code,
                person.key,
            )
            for person, code in zip(PEOPLE, codes, strict=True)
        ],
    )
    desk.say("")
    desk.say("A code holds for half a minute; any authenticator app gives the next from its key.")
