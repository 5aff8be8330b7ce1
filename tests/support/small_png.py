"""Makes a PNG of a browser small: 256 colours are enough for text, lines and areas."""

import collections
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def _chunks(png):
    at = len(SIGNATURE)
    while at < len(png):
        (size,) = struct.unpack_from("!I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += size + 12


def _chunk(kind, body):
    return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))


def _paeth(left, above, corner):
    guess = left + above - corner
    distances = (abs(guess - left), abs(guess - above), abs(guess - corner))
    return (left, above, corner)[distances.index(min(distances))]


def _rows(packed, width, depth):
    """Undoes the filters. (PNG specification, 9.2)"""
    stride = width * depth
    above = bytearray(stride)
    for at in range(0, len(packed), stride + 1):
        kind, row = packed[at], bytearray(packed[at + 1 : at + 1 + stride])
        for i in range(stride if kind else 0):
            left = row[i - depth] if i >= depth else 0
            corner = above[i - depth] if i >= depth else 0
            added = (0, left, above[i], (left + above[i]) // 2, _paeth(left, above[i], corner))[kind]
            row[i] = (row[i] + added) & 255
        yield bytes(row)
        above = row


def smaller(png):
    """The same picture with its 256 most frequent colours; others become the nearest of them."""
    chunks = list(_chunks(png))
    width, height, bits, kind = struct.unpack_from("!IIBB", dict(chunks)[b"IHDR"])
    depth = {2: 3, 6: 4}[kind]
    assert bits == 8
    packed = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    rows = [[row[i : i + 3] for i in range(0, len(row), depth)] for row in _rows(packed, width, depth)]
    palette = [colour for colour, _ in collections.Counter(colour for row in rows for colour in row).most_common(256)]
    places = {colour: place for place, colour in enumerate(palette)}
    for colour in {colour for row in rows for colour in row} - set(places):
        places[colour] = min(range(len(palette)), key=lambda place: sum((a - b) ** 2 for a, b in zip(colour, palette[place])))
    body = b"".join(b"\0" + bytes(places[colour] for colour in row) for row in rows)
    return (
        SIGNATURE
        + _chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", b"".join(palette))
        + _chunk(b"IDAT", zlib.compress(body, 9))
        + _chunk(b"IEND", b"")
    )
