"""Organizations: where they are, and whether a typed name is theirs."""

import pytest

from royalties.domain.terms.organizations import Organization

LIBRARY = Organization("lib", "Straße Ⅳ  Library", "US", "lib@example.org", region="WA")


@pytest.mark.parametrize(
    ("name", "is_theirs"),
    [
        ("Straße Ⅳ  Library", True),
        ("STRASSE IV\tLIBRARY", True),
        ("StraßeⅣLibrary ", True),
        ("Strasse 4 Library", False),
        ("Library", False),
        ("", False),
    ],
)
def test_a_name_is_theirs_however_it_is_typed(name: str, is_theirs: bool) -> None:
    assert LIBRARY.is_called(name) is is_theirs


def test_a_place_has_its_state_if_there_is_one() -> None:
    assert LIBRARY.place == "US-WA"
    assert Organization("x", "X", "GB", "x@example.org").place == "GB"
