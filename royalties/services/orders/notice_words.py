"""The words of an order's e-mails: one table of its steps and the sides they go to."""

from collections.abc import Mapping
from dataclasses import dataclass

from royalties.domain.orders.life import Action, Side

_THEM = Side.ORGANIZATION
_US = Side.STAFF


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """The words for one side.

    Attributes:
        subject: follows "Order O-2026-0001: ".
        paragraphs: each is left out if something that it names is not known.
        link: words of the link.
        page: where it leads, within the order's pages; the order itself if something that it
            names is not known.
        also_own: whether that side is notified even if one of its own acted.
        by_link: whether the link opens the quote alone, for whoever gets the e-mail.
    """

    subject: str
    paragraphs: tuple[str, ...]
    link: str = "Open the order"
    page: str = ""
    also_own: bool = False
    by_link: bool = False


_PROMISED = "The copies are promised for {promised}."
_ESTIMATED = "The copies are currently expected by {promised}."

NOTICE_WORDS: Mapping[str, Mapping[Side, NoticeWords]] = {
    "request": {
        _US: NoticeWords(
            "{organization} asks for {copies}",
            (
                "{organization} asks for {copies} of {title}: {what}.",
                "It is needed by {need_by}.",
                "From: {contact}",
                "{message}",
                "Please prepare a quote.",
                "That needs a price first: {lacking}.",
            ),
        ),
        _THEM: NoticeWords(
            "we have your request",
            (
                "Thank you for asking for {copies} of {title}.",
                "We will send you a link to our quote. Nothing is ordered before you accept it.",
            ),
            also_own=True,
        ),
    },
    Action.QUOTE: {
        _THEM: NoticeWords(
            "your quote is ready",
            (
                "Our quote {version} for {copies} of {title} is ready: {total}.",
                "It is valid until {valid_until}.",
                "The link opens it without signing in: accept it, ask for a change, or decline.",
                "Anyone with the link can answer, so share it with care.",
            ),
            "Look at the quote",
            "/quotes",
            by_link=True,
        )
    },
    Action.ACCEPT: {
        _US: NoticeWords(
            "{organization} accepted the quote",
            ("{by} accepted the quote for {copies} of {title}.", "Purchase order: {po_number}"),
        ),
        _THEM: NoticeWords(
            "you accepted the quote",
            (
                "You accepted the quote for {copies} of {title}.",
                _ESTIMATED,
                "The order's page says what comes next.",
            ),
            also_own=True,
        ),
    },
    "record-acceptance": {
        _THEM: NoticeWords(
            "we recorded that you accepted",
            (
                "{actor} recorded that {name} accepted our quote {version} {how} on {on}.",
                "It is for {copies} of {title}: {total}.",
                "Purchase order: {po_number}",
                "If this is not correct, write to us at once.",
                _ESTIMATED,
            ),
        )
    },
    Action.ASK_ANOTHER_QUOTE: {
        _US: NoticeWords(
            "{organization} asks for another quote",
            ("{by} asks for a change to the quote for {copies} of {title}:", "{text}"),
            "Make another quote",
        )
    },
    Action.WITHDRAW_QUOTE: {
        _THEM: NoticeWords(
            "we have withdrawn the quote",
            (
                "We have withdrawn our quote for {copies} of {title}; nobody can accept it now.",
                "{reason}",
                "Your request stays with us, and we write to you about it.",
            ),
        )
    },
    Action.DECLINE: {
        _US: NoticeWords("{organization} declined", ("{by} declined: {reason}",)),
        _THEM: NoticeWords(
            "we cannot take it",
            ("We cannot take your request for {copies} of {title}.", "{reason}"),
        ),
    },
    Action.EXPIRE: {
        _THEM: NoticeWords(
            "the quote has expired",
            (
                "The quote for {copies} of {title} is no longer valid.",
                "If you still want the copies, write to us on the order's page.",
            ),
        ),
        _US: NoticeWords(
            "the quote has expired",
            ("{organization} did not answer the quote for {copies} of {title} in time.",),
        ),
    },
    Action.INVOICE_DEPOSIT: {
        _THEM: NoticeWords(
            "the deposit's invoice",
            (
                "Here is the invoice {invoice} for the deposit of your order: {total}.",
                "It is due on {due_on}. Work begins when it is paid.",
                "{pay}",
            ),
            "Open the invoice",
            "#invoices",
        )
    },
    Action.SEND_ARTWORK: {
        _US: NoticeWords(
            "new artwork",
            ("{by} sent artwork for {title}: {file}.", "Make a proof and send it."),
            "Look at the artwork",
            "/files#artwork",
        ),
        _THEM: NoticeWords(
            "new artwork",
            (
                "{by} added artwork to your order: {file}.",
                "We will make a proof of it.",
                _ESTIMATED,
            ),
            "Look at the artwork",
            "/artwork",
            also_own=True,
        ),
    },
    Action.SEND_PROOF: {
        _THEM: NoticeWords(
            "proof {version} is ready for you",
            (
                "Proof {version} of your edition of {title} is ready.",
                "Look at every page. Then approve it, or ask for changes.",
                "Production begins only after you approve.",
                _ESTIMATED,
            ),
            "Look at the proof",
            "/proof?version={version}",
        )
    },
    Action.ASK_CHANGES: {
        _US: NoticeWords(
            "changes asked",
            ("{by} asks for changes to proof {version} of {title}.", "{text}"),
            "Look at the proof",
            "/files#proofs",
        ),
        _THEM: NoticeWords(
            "you asked for changes",
            ("{by} asked for changes to proof {version}.", "We will send a new proof.", _ESTIMATED),
            "Look at the proof",
            "/proof?version={version}",
            also_own=True,
        ),
    },
    Action.APPROVE_PROOF: {
        _US: NoticeWords(
            "proof {version} approved",
            ("{name} approved proof {version} of {title}. Production can begin.", _PROMISED),
            "Look at the proof",
            "/files#proofs",
        ),
        _THEM: NoticeWords(
            "you approved the proof",
            (
                "{name} approved proof {version} of your edition of {title}.",
                _PROMISED,
                "If that was not agreed on your side, write to us at once.",
            ),
            "Look at the proof",
            "/proof?version={version}",
            also_own=True,
        ),
    },
    Action.PRODUCE: {
        _THEM: NoticeWords(
            "production has begun", ("{copies} of {title} are being made.", _PROMISED)
        )
    },
    Action.SHIP_PART: {
        _THEM: NoticeWords(
            "copies are on their way",
            ("{shipped} of your copies of {title} were shipped.", "{carrier}: {tracking}"),
            "Look at the shipment",
            "#delivery",
        )
    },
    Action.SHIP_LAST: {
        _THEM: NoticeWords(
            "your copies are on their way",
            (
                "The last copies of {title} were shipped.",
                "{carrier}: {tracking}",
                "Tell us within five days if something is missing or damaged.",
            ),
            "Look at the shipment",
            "#delivery",
        )
    },
    Action.INVOICE: {
        _THEM: NoticeWords(
            "your invoice",
            (
                "Here is the invoice {invoice} for {copies} of {title}: {total}.",
                "Please pay {balance} by {due_on} and quote the invoice number.",
                "{pay}",
            ),
            "Open the invoice",
            "#invoices",
        )
    },
    "invoice-cancellation": {
        _THEM: NoticeWords(
            "the invoice for your cancelled order",
            (
                "Here is the invoice {invoice} for the order that was cancelled: {total}.",
                "Please pay {balance} by {due_on} and quote the invoice number.",
                "{pay}",
            ),
            "Open the invoice",
            "#invoices",
        )
    },
    Action.RECEIVE: {
        _THEM: NoticeWords(
            "we received your payment",
            (
                "We received {amount} for invoice {invoice} on {received_on}.",
                "{left} of it is still open.",
                "{paid}",
                "That is {too_much} too much. Write to us if you would like it back.",
            ),
        )
    },
    Action.REVERSE_RECEIPT: {
        _THEM: NoticeWords(
            "a payment was recorded by mistake",
            (
                "We had recorded {amount} for invoice {invoice} by mistake: {reason}",
                "So {left} of it is still open.",
            ),
            "Open the invoices",
        )
    },
    "pay-back": {
        _THEM: NoticeWords(
            "we paid money back",
            ("On {paid_on} we paid back {amount}, which was too much for invoice {invoice}.",),
        )
    },
    "reverse-pay-back": {
        _THEM: NoticeWords(
            "money was not paid back after all",
            (
                (
                    "We had recorded by mistake that {amount} was paid back for invoice {invoice}: "
                    "{reason}"
                ),
            ),
        )
    },
    Action.SETTLE: {
        _THEM: NoticeWords("paid", ("Nothing more is owed for this order: it is paid.",)),
    },
    Action.REOPEN: {
        _THEM: NoticeWords(
            "not paid yet",
            (
                "We had recorded {amount} for invoice {invoice} by mistake: {reason}",
                "So {owed} of your order is still open.",
            ),
            "Open the invoices",
            "#invoices",
        )
    },
    Action.CREDIT: {
        _THEM: NoticeWords(
            "a credit note",
            ("We have issued the credit note {invoice} for your order: {total}.",),
            "Open the credit note",
            "#invoices",
        )
    },
    Action.CANCEL: {
        _US: NoticeWords(
            "{organization} cancelled",
            ("{by} cancelled the order: {reason}", "Owed at this stage: {owed}."),
        ),
        _THEM: NoticeWords(
            "cancelled",
            (
                "The order for {copies} of {title} is cancelled.",
                "Why: {reason}",
                "Owed at this stage: {owed}. We will send you an invoice for it.",
            ),
            also_own=True,
        ),
    },
    Action.HOLD: {_THEM: NoticeWords("on hold", ("Your order is on hold: {reason}",))},
    Action.RESUME: {
        _THEM: NoticeWords("work resumes", ("Work on your order has resumed.", _PROMISED))
    },
    "promise": {
        _THEM: NoticeWords("another day", (_PROMISED, "Why: {reason}")),
    },
    "assign": {
        _US: NoticeWords(
            "it is yours", ("{actor} asks you to take care of this order: {copies}.",)
        ),
    },
    "message": {
        _US: NoticeWords(
            "a message from {by}",
            ("{by} writes:", "{text}", "Files: {files}"),
            "Answer",
            "#messages",
        ),
        _THEM: NoticeWords(
            "a message", ("{by} writes:", "{text}", "Files: {files}"), "Answer", "/messages"
        ),
    },
    "quote-ends": {
        _THEM: NoticeWords(
            "your quote ends soon",
            (
                "Quote {version} for {copies} of {title} is valid until {valid_until}.",
                "Accept it by then if you want the copies at that price.",
            ),
            "Look at the quote",
            "/quotes",
            by_link=True,
        )
    },
    "proof-waits": {
        _THEM: NoticeWords(
            "proof {version} is still waiting for you",
            (
                "Proof {version} of your edition of {title} has been waiting for {days}.",
                "Production begins only after you approve it; each day also delays the delivery.",
            ),
            "Look at the proof",
            "/proof?version={version}",
        )
    },
}
"""By action or event: the words for each side. Of a step that is not here nobody is notified."""
