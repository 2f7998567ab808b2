"""What is wrong with a page, seen in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from playwright.sync_api import Browser, Dialog, Page, Route

from royalties.domain.people import Actor
from tests.builders.live import Live
from tests.patience import PATIENCE

DESK, TABLET, PHONE, SMALL = 1280, 768, 375, 320
"""Widths of a window; 320 is also what a window of 1280 shows at a zoom of 400 %."""

_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_STANDARD = {
    "resultTypes": ["violations"],
    "preload": False,  # no sound or film, and every style sheet is our own
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    },
}
_NEW_KINDS = """(known) => {
  const kinds = (each) => [[each.localName, each.type ?? ""], ...[...each.classList, ...["open",
    "disabled", "role", "aria-current", "aria-invalid", "aria-selected"].filter((name) =>
    each.hasAttribute(name))].map((word) => [each.localName, word])].map((kind) => kind.join(" "));
  const first = new Map();
  for (const each of document.querySelectorAll("body *")) {
    if (!each.checkVisibility()) continue;
    for (const kind of kinds(each)) if (!first.has(kind)) first.set(kind, each);
  }
  known.forEach((each) => first.delete(each));
  window.ofNewKinds = [...new Set(first.values())];
  return [...first.keys()];
}"""
"""What elements are, and each way in which they are styled: kinds of which axe need judge one."""
_SHAPE = """() => ({
  wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  culprits: [...document.querySelectorAll("body *")]
    .filter((each) => each.getBoundingClientRect().right > innerWidth + 1
      && !each.closest(".wide") && each.checkVisibility())
    .slice(0, 3).map((each) => each.outerHTML.slice(0, 120)),
  headings: document.querySelectorAll("h1").length,
  title: document.title,
  language: document.documentElement.lang,
  ids: [...document.querySelectorAll("[id]")].map((each) => each.id)
    .filter((id, place, all) => all.indexOf(id) !== place),
  nowhere: [...document.querySelectorAll('a[href^="#"]')]
    .filter((each) => each.hash.length > 1 && !document.getElementById(each.hash.slice(1)))
    .map((each) => each.outerHTML.slice(0, 120)),
  miscounted: document.body.innerText.match(/(?<![\\d.,\u2019/–-])\\b1 (NOUNS)\\b/g) ?? [],
  unnamed: [...document.querySelectorAll(
    "input:not([type=hidden]), select, textarea, button, a[href], img")]
    .filter((each) => each.checkVisibility() && !each.hasAttribute("alt") && !each.ariaLabel
      && !each.title && !each.hasAttribute("aria-labelledby") && !(each.matches("button, a")
        && (each.textContent.trim() || each.querySelector("[alt], [aria-label]")))
      && ![...(each.labels ?? [])].some((label) => label.textContent.trim()))
    .map((each) => each.outerHTML.slice(0, 120)),
  astray: [...document.querySelectorAll("[aria-describedby], [aria-labelledby]")]
    .filter((each) => ["aria-describedby", "aria-labelledby"].some((name) => (
      each.getAttribute(name) ?? "").split(/\\s+/).some((id) => id && !document.getElementById(id))))
    .map((each) => each.outerHTML.slice(0, 120)),
  unmarked: [...document.querySelectorAll("form[method=post]")]
    .filter((each) => !each.querySelector("[name=csrf_token]"))
    .map((each) => each.action),
})""".replace(
    "NOUNS",
    "attempts|awards|beneficiaries|chapters|comments|contracts|copies|days|editions|entries|files|"
    "imports|invoices|lines|links|messages|orders|pages|periods|places|problems|proofs|reports|"
    "retailers|rows|sales|statements|steps|titles|units|versions|warnings",
)


_CELLS = """() => {
  const shown = (each) => each.checkVisibility() && (each.innerText ?? "").trim();
  const words = (each) => `${each.innerText.trim().slice(0, 40)} (${each.closest(".wide")?.ariaLabel})`;
  const faults = new Set();
  for (const cell of [...document.querySelectorAll("th, td")].filter(shown)) {
    if (cell.closest("[role=grid], thead") && cell.closest(".carded, [role=grid]")) continue;
    const place = cell.getBoundingClientRect();
    const box = cell.closest(".wide");
    const edge = box ? box.getBoundingClientRect().left + box.clientLeft + box.clientWidth : innerWidth;
    if (place.right > edge + 1 && !cell.closest(".grid")) {
      const told = box?.matches(".scrolls[tabindex='0']")
        && ["auto", "scroll"].includes(getComputedStyle(box).overflowX);
      if (!told) faults.add(`hidden, and nothing says so: ${words(cell)}`);
      if (innerWidth < 640 && cell.matches(".figure")) faults.add(`off the phone: ${words(cell)}`);
    }
    for (const part of [cell, ...cell.querySelectorAll(":not(select, option, input, textarea)")]) {
      const style = getComputedStyle(part);  // what only screen readers read is clipped on purpose
      const cut = style.overflowX !== "visible" && style.clipPath === "none"
        && part.checkVisibility() && part.scrollWidth > part.clientWidth + 1;
      if (cut) faults.add(`cut: ${words(cell)}`);
    }
  }
  return [...faults].slice(0, 5);
}"""
"""Cells of tables whose words or sums cannot be seen, and on a phone sums beyond its edge."""

_FORMS = """const forms = [...document.querySelectorAll("main form[method=post]")];
  const texts = (form) => form ? [...form.elements].filter((each) => !each.readOnly
    && each.autocomplete !== "one-time-code"
    && each.matches("textarea, input:is([type=text], [type=email], [type=search], :not([type]))")) : [];"""
_TYPE = f"""() => {{ {_FORMS}
  const form = forms.findLastIndex((each) => texts(each).length && !each.matches("[data-rows-form]"));
  if (form < 0 || forms.length < 2) return null;
  const [field] = texts(forms[form]);
  if (field.picks) {{  // what is chosen is the select's, and the field shows its words
    field.picks.selectedIndex = field.picks.options.length - 1;
    return {{form, name: field.name, typed: field.picks.selectedOptions[0].textContent.trim()}};
  }}
  field.value = field.maxLength > 0 ? "half a word".slice(0, field.maxLength) : "half a word";
  return {{form, name: field.name, typed: field.value}};
}}"""
_SEND_ANOTHER = f"""(kept) => {{ {_FORMS}
  const other = forms.find((each, place) => place !== kept);
  other.noValidate = true;
  other.requestSubmit();
}}"""
_TYPED = f"""(field) => {{ {_FORMS}
  return texts(forms[field.form]).find((each) => each.name === field.name)?.value;
}}"""


def _answer_posts(route: Route) -> None:
    if route.request.method == "POST":
        route.fulfill(body="<!doctype html><title>Sent</title>", content_type="text/html")
    else:
        route.fallback()


def _agree(dialog: Dialog) -> None:
    dialog.accept()


@dataclass(slots=True)
class Window:
    """A browser's page, and what it complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def faults(self, known: set[str] | None = None) -> list[str]:
        """All that is wrong with what is shown now; ``known`` as axe is given it."""
        return self.misshapen() + self.judged_by_axe(known)

    def misshapen(self) -> list[str]:
        """What is wrong at once: complaints, the page's shape, and what it consists of."""
        shape = self.page.evaluate(_SHAPE)
        found = list(self.complaints)
        if shape["wider"] > 0:
            found.append(f"scrolls sideways by {shape['wider']}: {shape['culprits']}")
        if shape["headings"] != 1:
            found.append(f"has {shape['headings']} h1")
        if len(shape["title"].split(" · ")[0].strip()) < 3 or shape["language"] != "en":
            found.append(f"title {shape['title']!r}, language {shape['language']!r}")
        found += [
            f"{each}: {shape[each]}"
            for each in ("ids", "nowhere", "miscounted", "unnamed", "astray", "unmarked")
            if shape[each]
        ]
        self.complaints.clear()
        return found + self.lost_cells()

    def lost_words(self) -> list[str]:
        """What was typed into one of a page's forms and is gone after another was sent.

        Nothing is sent in earnest: the sending ends on an empty page, and the page is opened anew.
        """
        field = self.page.evaluate(_TYPE)
        if field is None:
            return []
        address = self.page.url
        self.page.route("**/*", _answer_posts)
        self.page.on("dialog", _agree)
        with self.page.expect_navigation():
            self.page.evaluate(_SEND_ANOTHER, field["form"])
        self.page.remove_listener("dialog", _agree)
        self.page.unroute("**/*", _answer_posts)
        self.page.goto(address)
        kept = self.page.evaluate(_TYPED, field)
        return [] if kept == field["typed"] else [f"lost in another form: {field}, now {kept!r}"]

    def lost_cells(self) -> list[str]:
        """Cells that are cut or hidden at the window's width."""
        self.page.evaluate(_SETTLED)
        found: list[str] = self.page.evaluate(_CELLS)
        return found

    def lost_amounts(self) -> list[str]:
        """Amounts, wherever they stand, that cannot be seen at the window's width."""
        self.page.evaluate(_SETTLED)
        found: list[str] = self.page.evaluate(_AMOUNTS, False)
        return found

    def lost_on_paper(self) -> list[str]:
        """Words that are cut or lie beyond the edge of a printed page."""
        before = self.page.viewport_size
        self.page.emulate_media(media="print")
        turned = self.page.evaluate("() => getComputedStyle(document.querySelector('main')).page")
        width = TURNED if turned == "turned" else PAPER
        self.page.set_viewport_size({"width": width, "height": 960})
        self.page.evaluate(_SETTLED)
        found: list[str] = self.page.evaluate(_AMOUNTS, True)
        self.page.emulate_media(media="screen")
        if before is not None:
            self.page.set_viewport_size(before)
        return found

    def judged_by_axe(self, known: set[str] | None = None) -> list[str]:
        """What axe finds, which takes as long as all else.

        Args:
            known: kinds of elements that were judged on other pages, which this page's are added
                to. Where it has other ones, one element of each is judged.
        """
        run = "(standard) => axe.run(standard)"
        if known is not None:
            kinds = self.page.evaluate(_NEW_KINDS, list(known))
            if not kinds:
                return []
            if known:  # what the page as a whole must have is judged on the first one
                run = "(standard) => axe.run({include: window.ofNewKinds}, standard)"
            known |= set(kinds)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(_AXE)
        response: dict[str, Any] = self.page.evaluate(run, _STANDARD)
        return [
            f"axe {each['id']}: {node['target']} {node['html'][:160]} — {node['failureSummary']}"
            for each in response["violations"]
            for node in each["nodes"][:3]
        ]


_SETTLED = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"""
"""Waits until tables have been fitted to a window of another width, which takes a frame."""

_AMOUNT = r"\\d[.,\u2019\u00a0\u202f ]\\d{2,3}(?!\\d)"
_AMOUNTS = """(isPaper) => {
  const faults = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const has = new RegExp("AMOUNT");
  const range = document.createRange();
  while (texts.nextNode()) {
    const text = texts.currentNode, holder = text.parentElement;
    if (!(isPaper ? text.data.trim() : has.test(text.data)) || !holder.checkVisibility()) continue;
    if (getComputedStyle(holder).clipPath !== "none") continue;  // for screen readers alone
    if (holder.closest(".unseen, option, script, style, [role=grid], .grid, dialog, textarea")) continue;
    range.selectNodeContents(text);
    for (const place of range.getClientRects()) {
      if (!place.width) continue;
      const said = () => `${text.data.trim().slice(0, 40)} (${holder.closest(".wide")?.ariaLabel
        ?? holder.closest("[class]")?.className.baseVal ?? holder.closest("[class]")?.className ?? ""})`;
      if (place.left < -1 || place.right > innerWidth + 1) {
        const box = holder.closest(".wide.scrolls[tabindex='0']");
        if (isPaper || innerWidth < 640 || !box) faults.add(`off the ${isPaper ? "paper" : "page"}: ${said()}`);
      }
      for (let box = holder; box && box !== document.body; box = box.parentElement) {
        const style = getComputedStyle(box);
        if (style.overflowX === "visible" || style.display === "inline") continue;
        const edges = box.getBoundingClientRect();
        if (place.right <= edges.right + 1 && place.left >= edges.left - 1) continue;
        const scrolls = ["auto", "scroll"].includes(style.overflowX) && box.tabIndex === 0;
        if (isPaper || innerWidth < 640 || !scrolls) faults.add(`cut: ${said()}`);
        break;  // what a box scrolls is beyond the edges of those around it as well
      }
    }
  }
  return [...faults].slice(0, 5);
}""".replace("AMOUNT", _AMOUNT)
"""Amounts, or on paper any words, beyond the edge or cut off by a box that does not scroll there."""

PAPER, TURNED = 680, 1030
"""Pixels between the margins of a sheet of A4, upright and turned."""


@contextmanager
def window(
    chromium: Browser, live: Live, actor: Actor | None = None, *, width: int = DESK, **more: Any
) -> Iterator[Window]:
    """A window of somebody who is signed in, or of a stranger; nothing leaves the machine."""
    stage = more.pop("stage", "full")
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, base_url=live.address, **more
    )
    context.set_default_timeout(PATIENCE * 1000)
    if actor is not None:
        context.add_cookies(live.cookies(actor, stage=stage))
    page = context.new_page()
    made = Window(page)
    page.on("pageerror", lambda error: made.complaints.append(f"script: {error}"))
    page.on(
        "console",
        lambda message: (
            made.complaints.append(f"console: {message.text}")
            if message.type in {"error", "warning"} and "status of 4" not in message.text
            else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((live.address, "data:", "blob:"))
            else made.complaints.append(f"asks elsewhere: {request.url}")
        ),
    )
    page.on(
        "response",
        lambda answer: (
            made.complaints.append(f"{answer.status}: {answer.url}")
            if answer.status >= 400 and not answer.request.is_navigation_request()
            else None
        ),
    )
    try:
        yield made
    finally:
        context.close()
