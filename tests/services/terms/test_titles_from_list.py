"""What a list of titles makes of the books' titles: pure merging."""

from royalties.services.terms.titles_from_list import merge_titles

BOOKS = {
    "tides": {
        "key": "tides",
        "title": "Tides",
        "editions": [
            {"isbn": "9780306406157", "format": "paperback"},
            {"isbn": "9781402894626", "format": "ebook"},
        ],
    }
}


def merged(*records: dict[str, object]) -> dict[str, object]:
    made = merge_titles(BOOKS, records, today="2026-08-20", first_day="2025-01-01")
    assert made.faults == []
    return made.bodies["tides"]


def gone(isbn: str) -> dict[str, object]:
    return {"place": "product 1", "isbn": isbn, "retire": True}


def test_deleted_edition_is_retired_and_its_title_stays() -> None:
    body = merged(gone("9780306406157"))
    assert body["editions"] == [
        {"isbn": "9780306406157", "format": "paperback", "retired": "2026-08-20"},
        {"isbn": "9781402894626", "format": "ebook"},
    ]
    assert "retired" not in body


def test_title_ends_with_the_last_of_its_editions() -> None:
    assert merged(gone("9780306406157"), gone("9781402894626"))["retired"] == "2026-08-20"
    assert "retired" not in str(BOOKS), "what the books say is not touched"
