"""What is typed about an order, on both sides: each form with its fields' words and limits."""

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from royalties.web.forms.choices import Selection
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import (
    Country,
    DayField,
    EntryField,
    FileUpload,
    Hidden,
    Lines,
    Region,
    Tick,
    Whole,
)

PAPERS = ".pdf,.png,.jpg,.jpeg,.xlsx,.docx"
_NUMERIC = {"inputmode": "numeric"}
_DECIMAL = {"inputmode": "decimal"}
_LONGEST_MESSAGE = 10_000


_KEPT = "A message is kept, and cannot be taken back."


class OrderForm(EntryForm):
    """A form about an order; it carries the version that its page showed, and may count once."""

    version = Hidden()
    token = Hidden(longest=64)

    def __init__(self, typed: Mapping[str, Any] | None = None) -> None:
        """Take what was typed: what the request sent, if nothing else is given."""
        sent = request.form if typed is None else MultiDict(typed)
        super().__init__(sent)


class ReasonForm(OrderForm):
    """Why something is done."""

    reason = EntryField("Why", needed=True, longest=500)


class AskReasonForm(ReasonForm):
    """The same, as an organization is asked."""

    reason = EntryField("Why?", hint="A few words; we read them.", needed=True, longest=500)


class DeclineForm(ReasonForm):
    """The same, of a quote that a link opens."""

    reason = EntryField("Why", hint="It helps us to make a better offer.", needed=True, longest=500)


class TellReasonForm(ReasonForm):
    """The same, in the organization's words."""

    reason = EntryField("Why", hint="They read it.", needed=True, longest=500)


class WithdrawForm(ReasonForm):
    """Why a quote is taken back."""

    quote = Hidden()
    reason = EntryField("Why", id="withdraw-reason", hint="They read it.", needed=True, longest=500)


class ReverseForm(ReasonForm):
    """Why a receipt was wrong."""

    reason = EntryField(
        "Why",
        hint="It appears in the order’s history, which the organization can read, and in the "
        "ledger.",
        needed=True,
        longest=500,
    )


class HoldForm(ReasonForm):
    """Why an order is put on hold."""

    what = Hidden()
    reason = EntryField(
        "Why",
        id="hold-reason",
        hint="The organization reads it; its dates move until the order is resumed.",
        needed=True,
        longest=500,
    )


class PromiseForm(ReasonForm):
    """Another day than the computed one."""

    what = Hidden()
    day = DayField("Day", id="promise-day", needed=True, short=True)
    reason = EntryField(
        "Why", id="promise-reason", hint="The organization is told.", needed=True, longest=500
    )


class AssignForm(OrderForm):
    """Who takes care of an order."""

    person = Selection("Taken care of by")


class MoveOrderForm(OrderForm):
    """To which organization of its name an order is moved."""

    organization = Selection("Move it to", longest=64)
    sure = Tick(needed=True, is_consent=True)
    why = EntryField(
        "How you made sure",
        hint="For the manager who approves it: nobody lets people into an organization alone.",
        longest=1000,
    )


class MessageForm(OrderForm):
    """What is written to the other side."""

    text = Lines("Your message", hint=_KEPT, rows=5, longest=_LONGEST_MESSAGE)
    files = FileUpload("Files", many=True)


class NoteForm(MessageForm):
    """The same, or a note among the staff."""

    text = Lines("Write", hint=_KEPT, rows=4, longest=_LONGEST_MESSAGE)
    internal = Tick()


class OrderEditionForm(OrderForm):
    """The number of a custom edition."""

    by = Selection("The number", options=(("house", ""), ("isbn", "")))
    isbn = EntryField("ISBN", short=True, longest=20)


class ShipForm(OrderForm):
    """A shipment."""

    address = Selection("To", word="address")
    copies = Whole(
        "Copies", word="number of copies", needed=True, short=True, longest=7, render_kw=_NUMERIC
    )
    day = DayField("Shipped on", needed=True, short=True)
    carrier = EntryField("Carrier", longest=100)
    tracking = EntryField("Tracking number", longest=100)
    last = Tick(
        "These are the last copies: what is missing or too many is within tolerance",
        is_consent=True,
    )
    before_books = Tick(
        "Count it although it is dated before the books begin", id="before-books", is_consent=True
    )


class CameBackForm(OrderForm):
    """Copies that came back."""

    back_address = Selection("From", word="address")
    back_copies = Whole(
        "Copies", word="number of copies", needed=True, short=True, longest=7, render_kw=_NUMERIC
    )
    back_day = DayField("Came on", needed=True, short=True)
    reason = EntryField("Why", id="back-reason", longest=100)
    before_books = Tick(
        "Count it although it is dated before the books begin",
        id="back-before-books",
        is_consent=True,
    )


class InvoiceForm(OrderForm):
    """The final invoice as its page showed it."""

    seen = Hidden()
    proofs = Whole("Further proofs charged", short=True, longest=5, render_kw=_NUMERIC)

    @property
    def charged(self) -> int | None:
        """How many further proofs are charged; None: all, and one too many if it is none."""
        text = self.proofs.data
        if not text:
            return None
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else -1  # noqa: PLR2004


class ReceiptForm(OrderForm):
    """Money that came in for an invoice."""

    invoice = Selection("For the invoice", id="of", longest=20)
    amount = EntryField("Amount", needed=True, short=True, longest=30, render_kw=_DECIMAL)
    received_on = DayField("Received on", id="on", needed=True, short=True)
    reference = EntryField("Reference on the bank’s statement", longest=100)


class PayBackForm(ReceiptForm):
    """Money that was paid back."""

    invoice = Selection("For the invoice", id="back-of", longest=20)
    amount = EntryField(
        "Amount", id="back-amount", needed=True, short=True, longest=30, render_kw=_DECIMAL
    )
    received_on = DayField("Paid on", id="back-on", needed=True, short=True)
    reference = EntryField("Reference on the bank’s statement", id="back-reference", longest=100)


class CreditForm(ReasonForm):
    """A credit note: all that is left, or amounts by line (``line-1`` …)."""

    what = Selection("What is credited", options=(("all", ""), ("lines", "")))
    reason = EntryField(
        "Why",
        hint="The organization can read it. The amount is deducted from the sales.",
        needed=True,
        longest=500,
    )


class PurchaseOrderForm(OrderForm):
    """A purchase order: its number, its file, or both."""

    po_number = EntryField("Number of your purchase order", longest=100)
    po_file = FileUpload("or its file", accept=PAPERS)


class AcceptQuoteForm(PurchaseOrderForm):
    """A quote is accepted, with a name and perhaps a purchase order."""

    quote = Hidden()
    name = EntryField("Your name, as you sign", needed=True, longest=200)
    agreed = Tick(needed=True, is_consent=True)


class RecordAcceptForm(AcceptQuoteForm):
    """The same, as it came on paper or by telephone."""

    name = EntryField("Who accepted", id="accept-name", needed=True, longest=200)
    how = Selection("How", id="accept-how", short=True)
    on = DayField("On", id="accept-on", needed=True, short=True)
    po_number = EntryField("Number of the purchase order", id="accept-po", longest=100)
    po_file = FileUpload(
        "What came, as a file",
        id="accept-file",
        hint="The purchase order, or the e-mail. Not needed for a telephone call.",
        accept=PAPERS,
    )


class AskForm(OrderForm):
    """What a quote should say instead."""

    text = Lines(
        "What should be different?",
        hint="More copies, another address, another day: we make another quote. This one ends "
        "then.",
        rows=3,
        needed=True,
        longest=_LONGEST_MESSAGE,
    )


class AskByLinkForm(AskForm):
    """The same, of a quote that a link opens."""

    text = Lines(
        "What should be different?",
        hint="More copies, another address, another day: we make another quote and send you a new "
        "link. This one ends then.",
        rows=4,
        needed=True,
        longest=_LONGEST_MESSAGE,
    )


class ArtworkForm(OrderForm):
    """Artwork; its files are read by their use."""

    letter_text = Lines("or type it", rows=6, longest=20_000)
    rights = Tick("We have the rights to all of this, and it may be printed", is_consent=True)


class StaffArtworkForm(ArtworkForm):
    """The same, in the organization's name."""

    rights = Tick("The organization says that this may be printed", is_consent=True)


class ProofForm(OrderForm):
    """A proof."""

    proof = FileUpload(
        id="proof-file",
        hint="A PDF of up to 40 pages. The organization approves this very file, or says what to "
        "change.",
        accept="application/pdf,.pdf",
        needed=True,
    )


class CommentForm(OrderForm):
    """Something about a page of the newest proof; page 0 is the whole of it."""

    proof_version = Hidden()
    page = Hidden()
    text = Lines("Your comment", rows=3, needed=True, longest=2000)


class StaffCommentForm(OrderForm):
    """The same by the staff, who choose the page."""

    proof_version = Hidden()
    page = Selection("Comment on", word="page", short=True)
    text = Lines("Comment", rows=3, needed=True, longest=2000)


class ChangesForm(OrderForm):
    """What is to be changed on a proof."""

    proof_version = Hidden()
    changes = Lines("What is to be changed", id="changes-text", rows=4, longest=2000)


class ApproveProofForm(OrderForm):
    """A proof is approved, with a name."""

    proof_version = Hidden()
    sha256 = Hidden(longest=64)
    name = EntryField("Your name, as you sign", needed=True, longest=200)
    looked = Tick(needed=True, is_consent=True)


class CertificateForm(OrderForm):
    """A signed tax certificate."""

    organization = Selection("Organization", longest=80)
    country = Country("Country", needed=True, short=True)
    region = Region("State", needed=True, short=True)
    signed_on = DayField("Signed on", needed=True)
    expires_on = DayField("Expires on", needed=True)
    file = FileUpload(
        "The signed certificate",
        hint="PDF, PNG or JPEG. A W-9 or a letter of the IRS is none.",
        accept=".pdf,.png,.jpg,.jpeg",
        needed=True,
    )
