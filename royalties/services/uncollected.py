"""Making many values at once that stay: the collector of cycles would look at them all, in vain."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let Python look for no garbage in cycles meanwhile, in any thread; it makes up for it after.

    For what takes seconds at most. Values that nobody holds are freed at once, as ever.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
