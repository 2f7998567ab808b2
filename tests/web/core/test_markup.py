"""What is asked of every page's HTML finds what it is asked for."""

import pytest

from tests.web.core.markup import faults_of_markup

GOOD = '<!doctype html><html lang="en"><title>A page · House</title><main><h1>A page</h1>{}</main>'


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<h1>Another</h1>", "has 2 h1"),
        ("<p id=a>1<p id=a>2", "id 'a' 2 times"),
        ("<p><a href='#b'>nowhere</a>", "leads nowhere: <a href"),
        ("<form method=post action=/a><button>Go</button></form>", "form without its token: /a"),
        ("<p><label for=a></label><input id=a>", "has no name: <input id"),
        ("<p><label for=b>Words</label><select id=a></select>", "has no name: <select id"),
        ("<p><button><img src=data:,></button>", "has no name: <button>"),
        ("<p><a href=/ aria-describedby=b>y</a>", "is described by nothing: <a href"),
    ],
)
def test_fault_of_markup_is_found(body: str, fault: str) -> None:
    assert [each for each in faults_of_markup(GOOD.format(body)) if each.startswith(fault)]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<p><a href='#b'>there</a><p id=b>here",
        "<form method=post><input type=hidden name=csrf_token><button>Go</button></form>",
        "<form><input type=search aria-label=Books><button title=Find></button></form>",
        "<p><label for=a>Words</label><input id=a> <label>Words <input></label>",
        "<p><a href=/><img src=data:, alt=Home></a><img src=data:, alt=''>",
        "<form><input name=user hidden readonly><a href=/ hidden></a></form>",
        "<p id=b>why<p><a href=/ aria-describedby='b b'>y</a>",
    ],
)
def test_markup_without_a_fault_passes(body: str) -> None:
    assert list(faults_of_markup(GOOD.format(body))) == []


def test_page_without_title_and_language_is_found() -> None:
    [fault] = faults_of_markup("<!doctype html><html><title>A</title><h1>A page</h1>")
    assert fault == "title 'A', language None"
