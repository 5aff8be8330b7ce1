"""Waits for conditions, never for a fixed time."""

import time


def wait_until(condition, what="the condition", timeout=20, pause=0.01):
    """The first true result of `condition`; fails after `timeout` seconds."""
    end = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {timeout} s")
        time.sleep(pause)


def holds_for(seconds, condition, pause=0.02):
    """Whether `condition` stays true all this time: only for what must not happen."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not condition():
            return False
        time.sleep(pause)
    return True
