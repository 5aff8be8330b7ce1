"""The parts of README.md that a command writes, each between two markers: <!-- name --> and <!-- /name -->."""

import pathlib

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


def write(name, text, path=README):
    """Replaces what stands between the markers."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    content = path.read_text(encoding="utf-8")
    before, after = content.index(begin) + len(begin), content.index(end)
    path.write_text(f"{content[:before]}\n{text}\n{content[after:]}", encoding="utf-8")


def table(head, rows):
    """In Markdown: the first column to the left, all others are numbers."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
