"""The checks of pages detect faults, so that a page without findings means something."""

import pytest
from playwright.sync_api import Browser

from tests.browser.looking import window
from tests.builders.books import Office, after, nothing
from tests.builders.live import serving

GOOD = '<!doctype html><html lang="en"><title>A page · House</title><main><h1>A page</h1>{}</main>'


@pytest.mark.thorough("faults of pages", but_one_in=6)
@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("", ""),
        ("<p style='width: 90rem'>wide", "scrolls sideways"),
        ("<h1>Another</h1>", "has 2 h1"),
        ("<p id=a>1<p id=a>2", "ids"),
        ("<p><a href='#b'>nowhere</a>", "nowhere"),
        ("<form method=post action=/a><button>Go</button></form>", "unmarked"),
        ("<p>1 lines", "miscounted"),
        ("<p><label for=a></label><input id=a>", "unnamed"),
        ("<p><a href=/ aria-describedby=b>y</a>", "astray"),
        ("<p>11 lines, 2.1 copies, 1 line", ""),
        (
            "<div class=wide style='width: 2rem; overflow: hidden'><table><tr><td>Collaboration",
            "hidden, and nothing says so",
        ),
        (
            "<table><tr><td style='overflow: hidden; max-width: 3rem'>Collaboration</table>",
            "cut",
        ),
        ("<p><input>", "axe label"),
        ("<p style='color: #aaa'>pale", "axe color-contrast"),
        (
            "<p><button style='width: 9px; height: 9px; padding: 0'>x</button><a href=/>y</a>",
            "axe target-size",
        ),
        ("<p><img src=data:,>", "axe image-alt"),
        ("<p>text<script>throw new Error('no')</script>", "script: no"),
        ("<p>text<script>console.error('refused')</script>", "console: refused"),
        ("<p>text<link rel=stylesheet href=http://elsewhere.example/a.css>", "asks elsewhere"),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(nothing)
def test_accessibility_fault_is_detected(
    chromium: Browser, office: Office, body: str, fault: str
) -> None:
    with serving(office) as live, window(chromium, live) as seen:
        seen.page.route(
            "**/*", lambda route: route.fulfill(body=GOOD.format(body), content_type="text/html")
        )
        seen.page.goto("/")
        faults = seen.faults()
    assert any(each.startswith(fault) for each in faults) if fault else faults == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(nothing)
def test_violation_of_the_content_policy_is_detected(chromium: Browser, office: Office) -> None:
    with serving(office) as live, window(chromium, live) as seen:
        answer = seen.page.goto("/account/sign-in")
        assert answer is not None
        policy = {"Content-Security-Policy": answer.headers["content-security-policy"]}
        body = GOOD.format("<p style='margin: 0'>inline")
        seen.page.route(
            "**/*",
            lambda route: route.fulfill(body=body, content_type="text/html", headers=policy),
        )
        seen.page.goto("/")
        assert any("inline style" in each for each in seen.faults())


LOST = {
    "<p>353.90": ("", ""),
    "<p style='margin-left: -3rem'>353.90": ("off the page", "off the paper"),
    "<p style='overflow: hidden; width: 2rem; white-space: nowrap'>USD 353.90": ("cut", "cut"),
    "<div class=wide tabindex=0><table><tr><td style='min-width: 90rem'>a<td>353.90</table></div>": (
        "off the page",
        "off the paper",
    ),
    "<div class=wide tabindex=0><table><tr><td style='min-width: 90rem'>a<td>b</table></div>": (
        "",
        "off the paper",
    ),
}


@pytest.mark.thorough("faults of pages")
@pytest.mark.parametrize("body", LOST)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(nothing)
def test_a_lost_amount_is_detected(chromium: Browser, office: Office, body: str) -> None:
    """On a phone amounts that are off the page or cut, on paper any words."""
    page = GOOD.format("<link rel=stylesheet href=/static/royalties.css>" + body)
    with serving(office) as live, window(chromium, live, width=320) as seen:
        seen.page.route("**/lost", lambda route: route.fulfill(body=page, content_type="text/html"))
        seen.page.goto("/lost")
        both = (seen.lost_amounts(), seen.lost_on_paper())
    for found, fault in zip(both, LOST[body], strict=True):
        assert found[0].startswith(fault) if fault else found == [], found
