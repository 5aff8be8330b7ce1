"""Files that hold secrets."""

import contextlib
import os


def write_private(path, content):
    """Closed to everybody but its owner, who stays the same, from the first moment, and never seen half written. The
    path, as text."""
    new = f"{path}.new"
    with open(new, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
    with contextlib.suppress(FileNotFoundError):
        before = os.stat(path)
        os.chown(new, before.st_uid, before.st_gid)
    os.replace(new, path)
    return str(path)
