"""Builds protocol messages as bytes, right ones and, from the same parts, wrong ones."""

import struct

PROTOCOL_3_0 = 0x00030000
PROTOCOL_3_2 = 0x00030002
CANCEL_CODE = 80877102
SSL_CODE = 80877103
GSS_CODE = 80877104


def int16(value):
    return struct.pack("!H", value & 0xFFFF)


def int32(value):
    return struct.pack("!I", value & 0xFFFFFFFF)


def text(value):
    """A C string; bytes go as they are."""
    return (value if isinstance(value, bytes) else value.encode()) + b"\0"


def message(kind, body=b"", length=None):
    """One message; `length` replaces the right length."""
    return kind.encode("latin-1") + int32(len(body) + 4 if length is None else length) + body


def packet(body, length=None):
    """A message without a type byte, as at the start of a connection."""
    return int32(len(body) + 4 if length is None else length) + body


def startup(version=PROTOCOL_3_0, **parameters):
    pairs = b"".join(text(name) + text(value) for name, value in parameters.items())
    return packet(int32(version) + pairs + b"\0")


SSL_REQUEST = packet(int32(SSL_CODE))
GSS_REQUEST = packet(int32(GSS_CODE))


def cancel_request(process_id, key):
    return packet(int32(CANCEL_CODE) + int32(process_id) + key)


def query(sql):
    return message("Q", text(sql))


def parse(name, sql, types=()):
    return message("P", text(name) + text(sql) + int16(len(types)) + b"".join(map(int32, types)))


def value(content):
    """One parameter: None is null, text is encoded."""
    if content is None:
        return int32(-1)
    content = content if isinstance(content, bytes) else str(content).encode()
    return int32(len(content)) + content


def bind(portal="", statement="", values=(), formats=(), result_formats=()):
    return message(
        "B",
        text(portal)
        + text(statement)
        + int16(len(formats))
        + b"".join(map(int16, formats))
        + int16(len(values))
        + b"".join(map(value, values))
        + int16(len(result_formats))
        + b"".join(map(int16, result_formats)),
    )


def describe_statement(name=""):
    return message("D", b"S" + text(name))


def describe_portal(name=""):
    return message("D", b"P" + text(name))


def execute(portal="", row_limit=0):
    return message("E", text(portal) + int32(row_limit))


def close_statement(name=""):
    return message("C", b"S" + text(name))


def close_portal(name=""):
    return message("C", b"P" + text(name))


def extended(sql, values=(), describe=True):
    """Parse, Bind, Describe and Execute with the unnamed statement and portal; no Sync."""
    return parse("", sql) + bind(values=values) + (describe_portal() if describe else b"") + execute()


def function_call(oid, *arguments, result_format=0):
    return message(
        "F", int32(oid) + int16(0) + int16(len(arguments)) + b"".join(map(value, arguments)) + int16(result_format)
    )


def copy_data(content):
    return message("d", content if isinstance(content, bytes) else content.encode())


def copy_fail(reason="given up"):
    return message("f", text(reason))


def password(secret):
    return message("p", text(secret))


COPY_DONE = message("c")
SYNC = message("S")
FLUSH = message("H")
TERMINATE = message("X")
