"""What a process has in its memory."""

import re


def memory_of(pid):
    """All that the process may write to."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if found:
                start, end = (int(text, 16) for text in found.groups())
                memory.seek(start)
                yield memory.read(end - start)
