"""Threads of clients that go on until the end of a with block."""

import threading


class ThreadedLoad:
    """`broken`: what one of them has raised; the end of the block raises it again, unless it has failed by itself."""

    def __init__(self, works):
        """Each of `works` runs on a thread, until `is_over` or its error."""
        self.is_over = threading.Event()
        self.broken = None
        self.threads = [threading.Thread(target=self._guard, args=(work,), daemon=True) for work in works]

    def _guard(self, work):
        try:
            work()
        except Exception as broken:
            self.broken = broken

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join(timeout=60)
        if kind is None and self.broken:
            raise self.broken
