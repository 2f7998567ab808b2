"""Who may do what."""

import pytest

from royalties.domain.people import LEAST, Actor, NotAllowedError, Role, Verb


def test_every_verb_asks_for_a_role() -> None:
    assert set(LEAST) == set(Verb)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("verb", list(Verb))
def test_a_higher_role_may_do_all_that_a_lower_one_may(role: Role, verb: Verb) -> None:
    if role >= LEAST[verb]:
        Actor("pat", role).require(verb)
    else:
        with pytest.raises(NotAllowedError, match=f"pat may not {verb.value}: ask a "):
            Actor("pat", role).require(verb)


@pytest.mark.parametrize("verb", [Verb.CLOSE, Verb.CORRECT, Verb.LOAD, Verb.ISSUE])
def test_a_clerk_does_not_close_correct_or_change_the_setup(verb: Verb) -> None:
    with pytest.raises(NotAllowedError, match="ask a manager to do it"):
        Actor("pat", Role.CLERK).require(verb)
