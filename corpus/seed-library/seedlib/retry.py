"""Try again, politely.

The policy is the one of the handbook (retry-policy.md): five attempts, back-off
doubling from 200 ms, full jitter, ten seconds at most.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


def backoff(attempt: int, *, base: float = 0.2, ceiling: float = 10.0) -> float:
    """Seconds to wait after the given attempt (the first is 1)."""
    return random.uniform(0, min(ceiling, base * 2 ** (attempt - 1)))


def retry(
    function: Callable[[], T],
    *,
    on: type[Exception] | tuple[type[Exception], ...],
    attempts: int = 5,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Call ``function`` until it returns, at most ``attempts`` times.

    Only errors of the kinds in ``on`` are worth another attempt; any other is
    raised at once, and so is the last one.
    """
    for attempt in range(1, attempts + 1):
        try:
            return function()
        except on as error:
            if attempt == attempts:
                raise
            pause = backoff(attempt)
            log.warning("attempt %d failed (%s), next in %.1f s", attempt, error, pause)
            sleep(pause)
    raise AssertionError("attempts must be at least 1")
