"""Delays between attempts to reach the control plane."""

import random

FIRST_DELAY = 0.1
LONGEST_DELAY = 2.0


class Backoff:
    """At once, then 0.1 s doubling up to 2 s; each delay is drawn from its upper half, so that many agents that lost
    the same control plane do not come back in step."""

    def __init__(self, uniform=random.uniform):
        self._uniform = uniform
        self._attempts = 0

    def next_delay(self):
        """Seconds to wait before the next attempt."""
        attempt = self._attempts
        self._attempts += 1
        if attempt == 0:
            return 0.0
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(attempt - 1, 10))
        return self._uniform(delay / 2, delay)

    def reset(self):
        """Starts again with no delay; called once a connection has proved to work."""
        self._attempts = 0
