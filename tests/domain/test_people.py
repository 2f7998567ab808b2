"""Who may do what."""

import pytest

from royalties.domain.people import (
    ALLOWED,
    ANONYMOUS,
    FINANCE,
    Actor,
    NotAllowedError,
    Role,
    Verb,
)


def test_every_verb_has_roles() -> None:
    assert set(ALLOWED) == set(Verb)
    assert all(ALLOWED.values())


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("verb", list(Verb))
def test_verb_is_allowed_to_its_roles_only(role: Role, verb: Verb) -> None:
    if role in ALLOWED[verb]:
        Actor("pat", role).require(verb)
    else:
        words = verb.value.replace("-", " ")
        with pytest.raises(NotAllowedError, match=f"pat may not {words}: ask an? "):
            Actor("pat", role).require(verb)


@pytest.mark.parametrize("verb", list(Verb))
def test_within_the_desk_a_higher_role_may_do_all_that_a_lower_one_may(verb: Verb) -> None:
    clerk, manager, administrator = (
        role in ALLOWED[verb] for role in (Role.CLERK, Role.MANAGER, Role.ADMINISTRATOR)
    )
    assert clerk <= manager <= administrator


@pytest.mark.parametrize(
    "verb", [Verb.CLOSE, Verb.CORRECT, Verb.LOAD, Verb.ISSUE, Verb.APPROVE, Verb.SEND]
)
def test_clerk_cannot_close_correct_issue_or_change_the_setup(verb: Verb) -> None:
    with pytest.raises(NotAllowedError, match="ask a manager to do it"):
        Actor("pat", Role.CLERK).require(verb)


def test_only_administrators_manage_people() -> None:
    with pytest.raises(NotAllowedError, match="ask an administrator to do it"):
        Actor("pat", Role.MANAGER).require(Verb.MANAGE_PEOPLE)


@pytest.mark.parametrize(
    ("role", "verb", "refusal"),
    [
        (Role.NONPROFIT, Verb.READ, "pat may not read: ask a clerk to do it"),
        (Role.CLERK, Verb.KEEP_CONTACT, "pat may not keep contact: ask a manager to do it"),
        (
            Role.MANAGER,
            Verb.MANAGE_PEOPLE,
            "pat may not manage people: ask an administrator to do it",
        ),
        (
            Role.CLERK,
            Verb.INVITE_COLLEAGUE,
            "pat may not invite colleague: ask a nonprofit to do it",
        ),
        (Role.NONPROFIT, Verb.ORDER, "pat may not order: ask an organization to do it"),
    ],
)
def test_refusal_names_the_lowest_role_that_may(role: Role, verb: Verb, refusal: str) -> None:
    with pytest.raises(NotAllowedError) as refused:
        Actor("pat", role).require(verb)
    assert str(refused.value) == refusal


def test_strangers_only_sign_in_and_ask() -> None:
    assert {verb for verb in Verb if ANONYMOUS.may(verb)} == {Verb.SIGN_IN, Verb.ASK}


def test_only_the_desk_sees_all() -> None:
    assert {role for role in Role if Actor("pat", role).sees_all} == FINANCE
