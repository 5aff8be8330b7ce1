"""Files that hold secrets."""

import os


def write_private(path, content):
    """Closed to everybody but its owner, from the first moment. The path, as text."""
    with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
    return str(path)
