"""invite, people: who may sign in to the web application."""

from collections.abc import Callable

import click

from royalties.cli.desk import Desk, command
from royalties.domain.people import Role
from royalties.services.people import staff as service
from royalties.services.work import Work


@click.command("invite")
@click.argument("email")
@click.option("--name", required=True, help="As colleagues and the log are to know them.")
@click.option(
    "--role",
    required=True,
    type=click.Choice([role.value for role in service.INVITABLE]),
    help="What they may do.",
)
@click.option(
    "--beneficiary",
    "beneficiaries",
    multiple=True,
    metavar="KEY",
    help="With --role nonprofit: whose figures they see; may be given again.",
)
@click.option(
    "--organization",
    "organizations",
    multiple=True,
    metavar="KEY",
    help="With --role organization: whom they order for; may be given again.",
)
@command
def invite(
    desk: Desk,
    email: str,
    name: str,
    role: str,
    beneficiaries: tuple[str, ...],
    organizations: tuple[str, ...],
) -> None:
    """Invite EMAIL to the web application and print the link to hand over.

    This is how the first administrator gets access. The link works once, within seven days; if
    an invitation has expired, run the same command again.
    """
    with desk.work() as work:
        invited = service.invite(work, email, name, Role(role), beneficiaries, organizations)
    if desk.json:
        desk.show({"outcome": "invited", "person": invited.number, "link": invited.address})
        return
    desk.say(f"{name} is invited as {role}. This link works once, for seven days:")
    desk.say(invited.address)


@click.command("people")
@click.option("--withdraw", metavar="EMAIL", help="Take this person's invitation back.")
@click.option("--disable", metavar="EMAIL", help="Close this person's account.")
@click.option("--enable", metavar="EMAIL", help="Open it again.")
@click.option("--reason", default="", metavar="TEXT", help="Why; the log keeps it.")
@command
def people(desk: Desk, reason: str, **asked: str | None) -> None:
    """List who may sign in, or was invited; or take one step with a person.

    Nothing of it is final: who was withdrawn may be invited again.
    """
    steps = [(step, email) for step, email in asked.items() if email is not None]
    if len(steps) > 1:
        raise click.UsageError("take one step at a time")
    if steps:
        _step(desk, *steps[0], reason)
        return
    if reason:
        raise click.UsageError("--reason belongs to --withdraw, --disable or --enable")
    with desk.work(read_only=True) as work:
        everybody = service.everybody(work)
    if desk.json:
        desk.show([_document(person) for person in everybody])
        return
    if not everybody:
        desk.say("Nobody yet: 'royalties invite EMAIL --name NAME --role administrator'.")
        return
    desk.table(
        ("name", "e-mail", "role", "state", "second factor", "last seen (UTC)", "belongs to"),
        [
            (
                person.listed.name,
                person.listed.email,
                person.listed.role,
                person.listed.status,
                "yes" if person.listed.has_second_factor else "no",
                f"{person.listed.seen_at:%Y-%m-%d %H:%M}" if person.listed.seen_at else "",
                ", ".join((*person.beneficiaries, *person.organizations)),
            )
            for person in everybody
        ],
    )


_STEPS: dict[str, tuple[Callable[[Work, int, str], object], str]] = {
    "withdraw": (service.withdraw, "withdrawn"),
    "disable": (service.disable, "disabled"),
    "enable": (service.enable, "enabled"),
}


def _step(desk: Desk, step: str, email: str, reason: str) -> None:
    act, outcome = _STEPS[step]
    with desk.work() as work:
        number = service.find_by_email(work, email)
        act(work, number, reason)
    if desk.json:
        desk.show({"outcome": outcome, "person": number})
        return
    desk.say(f"{email}: {outcome}.")


def _document(person: service.Person) -> dict[str, object]:
    listed = person.listed
    return {
        "person": listed.id,
        "name": listed.name,
        "email": listed.email,
        "role": listed.role,
        "status": listed.status,
        "second_factor": bool(listed.has_second_factor),
        "last_seen": listed.seen_at,
        "beneficiaries": list(person.beneficiaries),
        "organizations": list(person.organizations),
    }


COMMANDS = [invite, people]
