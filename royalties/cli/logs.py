"""The log of the server and its worker: a line each, with the time in UTC, on standard error."""

import logging
import time

_FORM = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s"


def start() -> None:
    """Write down what happens from now on."""
    form = logging.Formatter(_FORM, "%Y-%m-%dT%H:%M:%S")
    form.converter = time.gmtime
    handler = logging.StreamHandler()
    handler.setFormatter(form)
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("royalties").setLevel(logging.INFO)
