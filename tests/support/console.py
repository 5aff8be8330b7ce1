"""What howdah tells of itself: a SHOW of its console, a figure of its stats port."""

from support import wire


def show(howdah, what):
    """One {column: text} for each row."""
    with wire.connect(howdah, howdah.admin_user, "howdah") as console:
        result = console.query(f"show {what}")
        return [dict(zip(result.columns, row)) for row in result.rows]


def metric(howdah, name, label=""):
    """Of all pools together. A page may be a moment old: wait for what it shall become."""
    lines = howdah.get("/metrics")[1].splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name + "{") and label in line)
