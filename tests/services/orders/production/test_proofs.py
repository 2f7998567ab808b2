"""Proofs: what is approved is the very file that was shown, once, and by a name."""

from pathlib import Path

import pytest

from royalties.domain.orders.artwork import Use
from royalties.domain.orders.life import State
from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.orders import life, messages
from royalties.services.orders.life import Order
from royalties.services.orders.production import proofs
from royalties.services.orders.production.artwork import ArtworkNotTakenError, preview_of
from royalties.services.orders.production.proofs import WHOLE, Proof
from royalties.services.work import RefusedError
from tests.builders.books import Office, after
from tests.builders.editions import (
    a_logo,
    looked,
    send_logo,
    send_proof,
    the_order,
    with_artwork,
    with_proof,
)
from tests.builders.orders import (
    accepted,
    history,
    letters,
    somebody,
    takes_orders,
)
from tests.builders.pdfs import a_pdf
from tests.services.racing import Racers, Task


@pytest.fixture
def orla(office: Office) -> Actor:
    return somebody(office, "Orla", Role.ORGANIZATION, "guild")


def shown(office: Office, actor: Actor, number: str) -> list[Proof]:
    order = the_order(office, actor, number)
    with office.system.work(actor, read_only=True) as work:
        return proofs.proofs(work, order)


def approve(office: Office, actor: Actor, number: str, **but: object) -> Order:
    newest = shown(office, actor, number)[0]
    values = {
        "version": the_order(office, actor, number).version,
        "proof_version": newest.version,
        "sha256": newest.file.sha256,
        "stored": proofs.stored_fingerprint(office.system.files, newest.file),
        "name": "Orla  Orr",
        "ticked": True,
        **but,
    }
    with office.system.work(actor) as work:
        return proofs.approve(work, number, **values)  # type: ignore[arg-type]


def ask(office: Office, actor: Actor, number: str, text: str = "", proof: int = 1) -> Order:
    version = the_order(office, actor, number).version
    with office.system.work(actor) as work:
        return proofs.ask_changes(work, number, version=version, proof_version=proof, text=text)


def say(
    office: Office, actor: Actor, number: str, text: str, page: int = 1, proof: int = 1
) -> None:
    with office.system.work(actor) as work:
        proofs.comment(work, number, proof_version=proof, page=page, text=text)


@after(takes_orders)
def test_a_proof_is_approved_by_its_fingerprint(office: Office, orla: Actor) -> None:
    number = with_proof(office, orla)
    order = approve(office, orla, number)
    assert order.state is State.PROOF_APPROVED
    assert order.approved_on == office.system.clock().date()
    assert order.promised_on is not None
    [proof] = shown(office, orla, number)
    assert proof.decision is not None
    assert (proof.decision.approved, proof.decision.name) == (True, "Orla Orr")
    assert proof.decision.sha256 == proof.file.sha256
    assert ("Orla", "approve-proof", "proof-approved") in history(office, number)
    assert any("proof 1 approved" in subject for _, subject, _ in letters(office))
    with office.system.work(orla, read_only=True) as work:
        assert proofs.decision(work, proof.file) == proof.decision


@after(takes_orders)
def test_another_file_than_the_one_shown_is_not_approved(office: Office, orla: Actor) -> None:
    number = with_proof(office, orla)
    first = shown(office, orla, number)[0]
    send_proof(office, number, a_pdf(pages=3))
    before = office.hashes()
    with pytest.raises(RefusedError, match="a newer proof was sent"):
        approve(office, orla, number, proof_version=1, sha256=first.file.sha256)
    with pytest.raises(RefusedError, match="a newer proof was sent"):
        approve(office, orla, number, sha256=first.file.sha256)
    with pytest.raises(RefusedError, match="a newer proof was sent"):
        approve(office, orla, number, sha256="")
    assert office.hashes() == before
    assert approve(office, orla, number).state is State.PROOF_APPROVED


@after(takes_orders)
def test_a_file_that_was_changed_on_the_disk_is_not_approved(office: Office, orla: Actor) -> None:
    number = with_proof(office, orla)
    [proof] = shown(office, orla, number)
    office.system.files.order_file(proof.file.sha256).write_bytes(a_pdf(pages=5))
    with pytest.raises(RefusedError, match="damaged"):
        approve(office, orla, number)


@pytest.mark.thorough("hostile values", but_one_in=5)
@after(takes_orders)
@pytest.mark.parametrize(
    ("but", "said"),
    [
        ({"name": "  "}, "sign with your name"),
        ({"name": "x" * 201}, "sign with your name"),
        ({"name": "a\0b"}, "take it out"),
        ({"ticked": False}, "tick"),
        ({"version": 1}, "somebody else"),
    ],
)
def test_approval_needs_a_name_and_a_tick(
    office: Office, orla: Actor, but: dict[str, object], said: str
) -> None:
    number = with_proof(office, orla)
    with pytest.raises(RefusedError, match=said):
        approve(office, orla, number, **but)
    assert the_order(office, orla, number).state is State.PROOF_SENT


@after(takes_orders)
def test_only_the_organization_approves_a_proof(office: Office, orla: Actor) -> None:
    number = with_proof(office, orla)
    lee = somebody(office, "Lee", Role.ORGANIZATION, "league")
    manager = Actor("Max", Role.MANAGER)
    values = {"version": 1, "proof_version": 1, "sha256": "", "stored": ""}
    values |= {"name": "x", "ticked": True}
    with office.system.work(manager) as work, pytest.raises(NotAllowedError):
        proofs.approve(work, number, **values)  # type: ignore[arg-type]
    with office.system.work(lee) as work, pytest.raises(life.NoOrderError):
        proofs.approve(work, number, **values)  # type: ignore[arg-type]
    with office.system.work(lee) as work, pytest.raises(life.NoOrderError):
        proofs.comment(work, number, proof_version=1, page=1, text="mine")
    file = shown(office, orla, number)[0].file
    with office.system.work(lee, read_only=True) as work:
        assert preview_of(work, number, file.id) is None
        assert messages.file_of(work, number, file.id) is None


@after(takes_orders)
def test_only_staff_sends_proofs_and_only_as_pdf(office: Office, orla: Actor) -> None:
    number = with_artwork(office, orla)
    version = the_order(office, orla, number).version
    file = looked(office, Use.PROOF, a_pdf())
    with office.system.work(orla) as work, pytest.raises(NotAllowedError):
        proofs.send_proof(work, number, version=version, file=file)
    picture = looked(office, Use.PROOF, a_logo(), "proof.pdf")
    with office.work() as work, pytest.raises(ArtworkNotTakenError, match="this is a picture"):
        proofs.send_proof(work, number, version=version, file=picture)
    logo = looked(office, Use.LOGO, a_logo())
    with office.work() as work, pytest.raises(RefusedError, match="as a PDF"):
        proofs.send_proof(work, number, version=version, file=logo)


@after(takes_orders)
def test_proof_waits_for_artwork(office: Office, orla: Actor) -> None:
    number = accepted(office, orla)
    with pytest.raises(RefusedError, match="accepted"):
        send_proof(office, number)


@after(takes_orders)
def test_asking_for_changes_needs_a_comment(office: Office, orla: Actor) -> None:
    number = with_proof(office, orla)
    with pytest.raises(RefusedError, match="a comment that says what to change"):
        ask(office, orla, number)
    say(office, Actor("Cleo", Role.CLERK), number, "Please look at page 2")
    with pytest.raises(RefusedError, match="a comment"):
        ask(office, orla, number)
    say(office, orla, number, "The name is\r\nwrong", page=2)
    assert ask(office, orla, number, "And larger").state is State.CHANGES_ASKED
    [proof] = shown(office, orla, number)
    assert [(each.page, each.text, each.by) for each in proof.comments] == [
        (WHOLE, "And larger", "Orla"),
        (1, "Please look at page 2", "Cleo"),
        (2, "The name is\nwrong", "Orla"),
    ]
    assert proof.decision is not None
    assert not proof.decision.approved
    text = "\n".join(text for _, subject, text in letters(office) if "changes asked" in subject)
    assert "page 2: The name is" in text
    # A new proof, and it can be approved; the old one stands as it was.
    send_proof(office, number, a_pdf(pages=2, content=b"1 0 0 rg 9 9 99 99 re f"))
    assert approve(office, orla, number).state is State.PROOF_APPROVED
    newest, oldest = shown(office, orla, number)
    assert newest.comments == ()
    assert (oldest.comments, oldest.decision) == (proof.comments, proof.decision)
    assert oldest.file.sha256 == proof.file.sha256


@after(takes_orders)
def test_new_artwork_after_changes_were_asked_waits_for_a_new_proof(
    office: Office, orla: Actor
) -> None:
    number = with_proof(office, orla)
    ask(office, orla, number, "Our logo has changed")
    assert send_logo(office, orla, number, a_logo(size=900)).state is State.ARTWORK
    with pytest.raises(RefusedError, match="artwork"):
        approve(office, orla, number)


@pytest.mark.thorough("hostile values", but_one_in=5)
@after(takes_orders)
@pytest.mark.parametrize(
    ("text", "page", "said"),
    [
        ("", 1, "write what"),
        ("x" * 2_001, 1, "up to 2,000"),
        ("a\0b", 1, "up to 2,000"),
        ("fine", 3, "no page 3"),
        ("fine", -1, "no page"),
    ],
)
def test_comment_refers_to_an_existing_page(
    office: Office, orla: Actor, text: str, page: int, said: str
) -> None:
    number = with_proof(office, orla)
    with pytest.raises(RefusedError, match=said):
        say(office, orla, number, text, page)


@after(takes_orders)
def test_comments_are_accepted_on_the_newest_open_proof_only(office: Office, orla: Actor) -> None:
    number = with_proof(office, orla)
    send_proof(office, number, a_pdf(pages=3))
    with pytest.raises(RefusedError, match="newer proof"):
        say(office, orla, number, "old", proof=1)
    approve(office, orla, number)
    with pytest.raises(RefusedError, match="write a message"):
        say(office, orla, number, "late", proof=2)


@after(takes_orders)
def test_proof_versions_show_which_pages_differ(office: Office, orla: Actor) -> None:
    number = with_artwork(office, orla)
    plain, red = a_pdf(pages=2), a_pdf(pages=3, content=b"1 0 0 rg 9 9 99 99 re f")
    for data in (plain, plain, red, a_pdf(pages=3)):
        send_proof(office, number, data)
    differences = [each.difference for each in shown(office, orla, number)]
    assert differences[-1] is None
    found = [(each.pages_before, each.pages, each.changed) for each in differences if each]
    assert found == [(3, 3, (1, 2, 3)), (2, 3, (1, 2, 3)), (2, 2, ())]


@after(takes_orders)
def test_appended_pages_are_the_only_difference(office: Office, orla: Actor) -> None:
    number = with_artwork(office, orla)
    for pages in (2, 3, 1):
        send_proof(office, number, a_pdf(pages=pages))
    newest, second, _ = shown(office, orla, number)
    assert second.difference is not None
    assert second.difference.changed == (3,)
    assert newest.difference is not None
    assert (newest.difference.pages_before, newest.difference.pages) == (3, 1)
    assert newest.difference.changed == ()


# Two at the same moment


def approves(office: Office, number: str, version: int, sha256: str) -> str:
    actor = Actor("Orla", Role.ORGANIZATION, organizations=frozenset({"guild"}))
    with office.system.work(actor) as work:
        order = proofs.approve(
            work,
            number,
            version=version,
            proof_version=1,
            sha256=sha256,
            stored=sha256,
            name="Orla",
            ticked=True,
        )
    return order.state.value


def sends(office: Office, number: str, version: int) -> str:
    file = looked(office, Use.PROOF, a_pdf(pages=3))
    with office.work() as work:
        return proofs.send_proof(work, number, version=version, file=file).state.value


def a_task(office: Office, do: object, *arguments: object) -> Task:
    config = office.system.config
    folder: Path = config.home.parent
    return Task(config.database_url, folder, do, arguments)  # type: ignore[arg-type]


@after(takes_orders)
def test_concurrent_approvals_approve_once(office: Office, orla: Actor, racers: Racers) -> None:
    number = with_proof(office, orla)
    version = the_order(office, orla, number).version
    [proof] = shown(office, orla, number)
    task = a_task(office, approves, number, version, proof.file.sha256)
    outcomes = racers.race(task, task)
    assert sorted(each.done for each in outcomes) == [False, True]
    assert [each.told for each in outcomes if not each.done] == [True]
    assert office.rows("SELECT count(*) FROM proof_decision") == [(1,)]


@after(takes_orders)
def test_approval_and_newer_proof_exclude_each_other(
    office: Office, orla: Actor, racers: Racers
) -> None:
    number = with_proof(office, orla)
    version = the_order(office, orla, number).version
    [proof] = shown(office, orla, number)
    outcomes = racers.race(
        a_task(office, approves, number, version, proof.file.sha256),
        a_task(office, sends, number, version),
    )
    assert sorted(each.done for each in outcomes) == [False, True]
    newest = shown(office, orla, number)[0]
    approved = the_order(office, orla, number).state is State.PROOF_APPROVED
    assert approved == (newest.version == 1 and newest.decision is not None)
