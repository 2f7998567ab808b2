"""Proofs: sent by the staff, commented by both sides, and approved by the organization.

What is approved is a file, by its fingerprint: that of the newest proof, which the form showed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from royalties.adapters.files import Files
from royalties.domain.one_line import fault_of_line
from royalties.domain.orders.artwork import Use
from royalties.domain.orders.life import Action, Precondition, Side, State
from royalties.domain.orders.order import FileKind, ProofDecision
from royalties.domain.people import Verb
from royalties.services.orders import life
from royalties.services.orders.life import Order
from royalties.services.orders.preconditions import preconditions_met
from royalties.services.orders.production.artwork import (
    ArtworkNotTakenError,
    InspectedFile,
    OrderFile,
    files_of,
    store_file,
)
from royalties.services.work import RefusedError, Work
from royalties.store.orders import messages
from royalties.store.orders import proofs as store
from royalties.store.orders.proofs import Comment, Decision

LONGEST_COMMENT = 2_000
MOST_COMMENTS = 500
MOST_PROOFS = 50
WHOLE = 0
"""The page of a comment on the whole proof."""

_LONGEST_NAME = 200
_COMMENTED_IN = frozenset({State.PROOF_SENT, State.CHANGES_ASKED})


@dataclass(frozen=True, slots=True)
class ProofDifference:
    """How a proof differs from the one before: its pages, and which of them look different."""

    pages_before: int
    pages: int
    changed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """A version of a proof with all comments on it; ``difference`` is None for the first."""

    file: OrderFile
    comments: tuple[Comment, ...]
    decision: Decision | None
    difference: ProofDifference | None

    @property
    def version(self) -> int:
        """Its number within the order, from 1."""
        return self.file.version


def send_proof(work: Work, number: str, *, version: int, file: InspectedFile) -> Order:
    """Send a proof to the organization: a PDF that passed its checks.

    Raises:
        ArtworkNotTakenError: the file has problems.
        RefusedError: the table does not allow it.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    if file.problems:
        raise ArtworkNotTakenError(file.problems)
    if file.use is not Use.PROOF:
        raise RefusedError("send the proof as a PDF")
    order = life.lock(work, number, version)
    sent = store.proofs_sent(work.connection, order.id)
    if sent >= MOST_PROOFS:
        raise RefusedError(f"order {number} has had {MOST_PROOFS} proofs: agree by message first")
    store_file(work, order, file)
    met = preconditions_met(work, order) | {Precondition.PROOF}
    detail = {"version": sent + 1, "file": file.name, "sha256": file.sha256}
    return life.move(work, order, Action.SEND_PROOF, met=met, detail=detail)


def comment(work: Work, number: str, *, proof_version: int, page: int, text: str) -> Comment:
    """Say something about a page of the newest proof, or of the whole of it.

    Raises:
        RefusedError: there is no such page, a newer proof was sent, or it is too late.
    """
    _require_side(work)
    order = life.lock(work, number)
    if order.state not in _COMMENTED_IN:
        raise RefusedError("proofs are commented while they wait for an answer: write a message")
    proof = _newest(work, order, proof_version)
    return _say(work, order, proof, page, text)


def ask_changes(
    work: Work, number: str, *, version: int, proof_version: int, text: str = ""
) -> Order:
    """Ask for changes of the newest proof, by the comments on it or with one more.

    Args:
        work: the unit of work.
        number: the order's.
        version: of the order, as it was looked at.
        proof_version: of the proof that was shown.
        text: one more comment, on the whole proof; empty: those that are there.

    Raises:
        RefusedError: there is no comment on what to change, or a newer proof was sent.
    """
    work.actor.require(Verb.ORDER)
    order = life.lock(work, number, version)
    proof = _newest(work, order, proof_version)
    if text.strip():
        _say(work, order, proof, WHOLE, text)
    comments = [
        comment
        for comment in store.comments_of(work.connection, [proof.id])
        if comment.side is Side.ORGANIZATION
    ]
    met = preconditions_met(work, order) | ({Precondition.COMMENT} if comments else frozenset())
    words = "; ".join(_quoted(comment) for comment in comments)
    detail = {"version": proof.version, "comments": len(comments), "text": words[:LONGEST_COMMENT]}
    moved = life.move(work, order, Action.ASK_CHANGES, met=met, detail=detail)
    _decide(work, proof, ProofDecision.CHANGES, work.actor.name)
    return moved


def stored_fingerprint(files: Files, proof: OrderFile) -> str:
    """The fingerprint of a proof's stored file, empty if there is none; read before approval.

    Reading takes as long as the file is large, so it needs no transaction.
    """
    path = files.order_file(proof.sha256)
    return files.fingerprint(path)[0] if path.is_file() else ""


def approve(
    work: Work,
    number: str,
    *,
    version: int,
    proof_version: int,
    sha256: str,
    stored: str,
    name: str,
    ticked: bool,
) -> Order:
    """Approve the newest proof; production's clock starts, and nothing of it is changed any more.

    Args:
        work: the unit of work.
        number: the order's.
        version: of the order, as it was looked at.
        proof_version: of the proof that was shown.
        sha256: of the file that was shown.
        stored: ``stored_fingerprint`` of the newest proof.
        name: of who approves, as signed.
        ticked: whether they confirmed that they looked at every page.

    Raises:
        RefusedError: another file was shown, the name or the tick is missing, or the table does
            not allow it.
    """
    work.actor.require(Verb.ORDER)
    order = life.lock(work, number, version)
    proof = _newest(work, order, proof_version)
    if sha256 != proof.sha256:
        raise _newer(proof)
    signed = " ".join(name.split())
    if fault := fault_of_line(signed):
        raise RefusedError(f"this name cannot be recorded: {fault}")
    if not signed or len(signed) > _LONGEST_NAME or not signed.isprintable():
        raise RefusedError("sign with your name, in up to 200 letters")
    if not ticked:
        raise RefusedError("look at every page, then tick that you did: it cannot be taken back")
    if stored != proof.sha256:
        raise RefusedError(
            "the proof's file is damaged, so it cannot be approved: ask for it again by message"
        )
    detail = {"version": proof.version, "name": signed, "sha256": proof.sha256}
    moved = life.move(
        work,
        order,
        Action.APPROVE_PROOF,
        met=preconditions_met(work, order) | {Precondition.PROOF_SHOWN},
        detail=detail,
        changes={"approved_on": work.today},
    )
    _decide(work, proof, ProofDecision.APPROVED, signed)
    return moved


def proofs(work: Work, order: Order) -> list[Proof]:
    """An order's proofs with comments, decisions and differences, the newest first."""
    work.actor.require(Verb.READ_ORDERS)
    files = _files(work, order)
    ids = [file.id for file in files]
    comments = store.comments_of(work.connection, ids) if ids else []
    decided = store.decisions_of(work.connection, ids) if ids else {}
    before: Sequence[OrderFile | None] = [*files[1:], None]
    return [
        Proof(
            file,
            tuple(comment for comment in comments if comment.file_id == file.id),
            decided.get(file.id),
            difference(older, file) if older else None,
        )
        for file, older in zip(files, before, strict=False)
    ]


def decision(work: Work, file: OrderFile) -> Decision | None:
    """What was decided about a proof that was found."""
    work.actor.require(Verb.READ_ORDERS)
    return store.decisions_of(work.connection, [file.id]).get(file.id)


def difference(before: OrderFile, after: OrderFile) -> ProofDifference:
    """Which pages look different, by the pictures of them; pages that are new count."""
    old, new = (list(each.facts["previews"]) for each in (before, after))
    changed = [page for page, each in enumerate(new, 1) if page > len(old) or each != old[page - 1]]
    return ProofDifference(len(old), len(new), tuple(changed))


def _files(work: Work, order: Order) -> list[OrderFile]:
    return files_of(messages.files_of(work.connection, order.id, FileKind.PROOF))


def _newest(work: Work, order: Order, version: int) -> OrderFile:
    files = _files(work, order)
    if not files:
        raise RefusedError(f"no proof of order {order.number} was sent yet")
    if files[0].version != version:
        raise _newer(files[0])
    return files[0]


def _newer(proof: OrderFile) -> RefusedError:
    return RefusedError(
        f"a newer proof was sent (version {proof.version}): look at that one, then decide"
    )


def _say(work: Work, order: Order, proof: OrderFile, page: int, text: str) -> Comment:
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise RefusedError("write what is to be changed")
    if len(words) > LONGEST_COMMENT or not words.replace("\n", "").isprintable():
        raise RefusedError(f"write a comment in up to {LONGEST_COMMENT:,} letters")
    if not 0 <= page <= proof.previews:
        raise RefusedError(f"the proof has no page {page}: it has {proof.previews}")
    comments = store.comments_of(work.connection, [proof.id])
    if len(comments) >= MOST_COMMENTS:
        raise RefusedError(f"this proof has {MOST_COMMENTS} comments: ask for the changes now")
    values = {
        "file_id": proof.id,
        "page": page,
        "text": words,
        "at": work.at,
        "by": work.actor.name,
        "side": life.side_of(work),
    }
    added = store.add_comment(work.connection, values)
    life.note(
        work,
        order,
        "comment",
        before=order.state,
        after=order.state,
        detail={"version": proof.version, "page": page},
    )
    return added


def _decide(work: Work, proof: OrderFile, what: ProofDecision, name: str) -> None:
    row = Decision(proof.id, what, name, proof.sha256, work.at, work.actor.name)
    store.add_decision(work.connection, row)


def _quoted(written: Comment) -> str:
    return f"page {written.page}: {written.text}" if written.page else written.text


def _require_side(work: Work) -> None:
    work.actor.require(Verb.KEEP_ORDERS if work.actor.sees_all else Verb.ORDER)
