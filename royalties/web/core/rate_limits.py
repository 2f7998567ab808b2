"""How often one network may ask for a price while somebody types.

What is tried otherwise is counted in the books (``services/people/throttle.py``). A price is asked
at every key and only reads: to count it there would let each key wait for whoever writes.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

_MOST_NETWORKS = 10_000


class RateLimiter:
    """Counts requests by network within a minute, in this process alone; none is stored."""

    def __init__(self, times: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.times = times
        self._clock = clock
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def admits(self, network: str) -> bool:
        """Whether a network may ask once more; it is counted if so."""
        now = self._clock()
        with self._lock:
            asked = self._asked.setdefault(network, deque())
            self._asked.move_to_end(network)
            if len(self._asked) > _MOST_NETWORKS:
                self._asked.popitem(last=False)
            while asked and asked[0] <= now - 60:
                asked.popleft()
            if len(asked) >= self.times:
                return False
            asked.append(now)
            return True
