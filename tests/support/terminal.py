"""A program in a terminal of its own, typed to and read from: psql, as a person uses it."""

import os
import pty
import re
import select
import signal
import time

CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x07|\r")


class Terminal:
    def __init__(self, command, environment=None):
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "dumb", "PAGER": "", "HOME": "/nonexistent", **(environment or {})})
            os.execvp(command[0], command)
        self.screen = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.file)
        try:
            os.kill(self.pid, signal.SIGHUP)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)

    def type(self, text):
        os.write(self.file, text.encode())

    def wait_for(self, pattern, timeout=20):
        """Reads until the screen since the last call shows `pattern`; returns all of it and starts anew."""
        end = time.monotonic() + timeout
        while not (found := re.search(pattern, self.screen)):
            left = end - time.monotonic()
            assert left > 0, f"no {pattern!r} in {self.screen!r}"
            if select.select([self.file], [], [], left)[0]:
                try:
                    chunk = os.read(self.file, 65536).decode("utf-8", "replace")
                except OSError:
                    chunk = ""
                assert chunk, f"the program ended: {self.screen!r}"
                self.screen += CONTROL.sub("", chunk)
        shown, self.screen = self.screen[: found.end()], self.screen[found.end() :]
        return shown
