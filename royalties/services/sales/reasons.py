"""Why something recorded was taken back or moved, as the log keeps it."""

from royalties.domain.one_line import fault_of_line
from royalties.domain.sales.changes import LONGEST_REASON
from royalties.services.work import RefusedError


def reason_of(text: str) -> dict[str, str]:
    """What a line of the log says of the reason; nothing where nobody gave one.

    Raises:
        RefusedError: it is no line of text, or too long.
    """
    reason = " ".join(text.split())
    if not reason:
        return {}
    if fault := fault_of_line(reason):
        raise RefusedError(f"the reason cannot be recorded: {fault}")
    if len(reason) > LONGEST_REASON:
        raise RefusedError(f"say why in up to {LONGEST_REASON:,} letters")
    return {"reason": reason}
