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
def test_organization_name_matches_whatever_its_spelling(name: str, is_theirs: bool) -> None:
    assert LIBRARY.is_called(name) is is_theirs


def test_place_includes_the_state_if_any() -> None:
    assert LIBRARY.place == "US-WA"
    assert Organization("x", "X", "GB", "x@example.org").place == "GB"
