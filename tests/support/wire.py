"""A client that speaks the protocol byte by byte, so that a test says exactly what it sends and sees exactly what comes."""

import hashlib
import socket
import ssl
import struct
import time
from dataclasses import dataclass, field

from support import messages, scram


class ConnectionClosed(Exception):
    """The peer closed the connection where a message was due."""


class ServerError(Exception):
    """An ErrorResponse ended the login."""

    def __init__(self, fields):
        super().__init__(f"{fields.get('S')} {fields.get('C')} {fields.get('M')}")
        self.fields = fields

    @property
    def sqlstate(self):
        return self.fields.get("C")


def c_strings(body):
    return [part.decode("utf-8", "replace") for part in body.split(b"\0")[:-1]]


@dataclass(frozen=True)
class Message:
    kind: str
    body: bytes

    @property
    def fields(self):
        """Of an ErrorResponse or NoticeResponse, by field letter."""
        return {part[0]: part[1:] for part in c_strings(self.body) if part}

    @property
    def columns(self):
        """Names in a RowDescription."""
        names, at = [], 2
        for _ in range(struct.unpack_from("!H", self.body)[0]):
            end = self.body.index(b"\0", at)
            names.append(self.body[at:end].decode())
            at = end + 19
        return names

    @property
    def values(self):
        """Of a DataRow: bytes, or None where null."""
        found, at = [], 2
        for _ in range(struct.unpack_from("!H", self.body)[0]):
            length = struct.unpack_from("!i", self.body, at)[0]
            at += 4
            found.append(None if length < 0 else self.body[at : at + length])
            at += max(length, 0)
        return found


@dataclass
class Result:
    """All that came up to ReadyForQuery."""

    messages: list = field(default_factory=list)

    def of(self, kind):
        return [one for one in self.messages if one.kind == kind]

    @property
    def kinds(self):
        return "".join(one.kind for one in self.messages)

    @property
    def rows(self):
        return [tuple(None if v is None else v.decode() for v in one.values) for one in self.of("D")]

    @property
    def value(self):
        return self.rows[0][0]

    @property
    def columns(self):
        return self.of("T")[0].columns

    @property
    def tags(self):
        return [one.body[:-1].decode() for one in self.of("C")]

    @property
    def error(self):
        """The fields of the first ErrorResponse, or None."""
        found = self.of("E")
        return found[0].fields if found else None

    @property
    def sqlstate(self):
        return self.error["C"] if self.error else None

    @property
    def notices(self):
        return [one.fields for one in self.of("N")]

    @property
    def status(self):
        return self.messages[-1].body.decode()


class Connection:
    """A socket to `host` (or, where it is a folder, the Unix socket in it) from the address `source`; not logged in yet."""

    def __init__(self, host, port, timeout=20, receive_buffer=None, source=None):
        self.address = (host, port)
        self.timeout = timeout
        is_local = str(host).startswith("/")
        self.socket = socket.socket(socket.AF_UNIX if is_local else socket.AF_INET)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect(f"{host}/.s.PGSQL.{port}" if is_local else (host, port))
        if not is_local:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = bytearray()
        self.parameters = {}
        self.process_id = None
        self.key = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # Bytes

    def send(self, content):
        self.socket.sendall(content)

    def send_in_pieces(self, content, size=1, pause=0.0003):
        """Each piece goes out as a packet of its own; a peer that closes meanwhile is no error here."""
        try:
            for at in range(0, len(content), size):
                self.socket.sendall(content[at : at + size])
                time.sleep(pause)
        except OSError:
            pass

    def receive(self):
        """Some bytes; none at the end. A reset is an end too."""
        try:
            return self.socket.recv(65536)
        except (ConnectionResetError, BrokenPipeError, ssl.SSLError):
            return b""

    def take(self, count):
        while len(self.unread) < count:
            chunk = self.receive()
            if not chunk:
                raise ConnectionClosed(f"{len(self.unread)} of {count} bytes came")
            self.unread += chunk
        taken = bytes(self.unread[:count])
        del self.unread[:count]
        return taken

    def start_tls(self, context=None, is_direct=False):
        """Goes on by TLS, after an SSLRequest or at once. Certificates are believed unless the context says otherwise."""
        if not is_direct:
            self.send(messages.SSL_REQUEST)
            assert self.take(1) == b"S" and not self.unread
        context = context or trusting_context(is_direct)
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost", suppress_ragged_eofs=False)
        return self

    def server_end_point(self):
        """What SCRAM binds to: the digest of the server's certificate, for one signed with SHA-256. Empty without TLS."""
        certificate = self.socket.getpeercert(True) if isinstance(self.socket, ssl.SSLSocket) else b""
        return hashlib.sha256(certificate).digest() if certificate else b""

    def finish_sending(self):
        """Half-closes: the peer sees end of file, and may still answer. It may also have closed already."""
        try:
            socket.socket.shutdown(self.socket, socket.SHUT_WR)  # that of an SSLSocket would end its reading too
        except OSError:
            pass

    def close(self):
        self.socket.close()

    def reset(self):
        """Closes so that the peer gets RST, as when a machine dies."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    # Messages

    def read(self):
        header = self.take(5)
        length = struct.unpack("!i", header[1:])[0]
        assert 4 <= length < 2**30, f"not a message: {header!r}"
        one = Message(chr(header[0]), self.take(length - 4))
        if one.kind == "S":
            name, content = c_strings(one.body)
            self.parameters[name] = content
        return one

    def read_until(self, kinds):
        """Messages up to and with the first of one of these types."""
        found = [self.read()]
        while found[-1].kind not in kinds:
            found.append(self.read())
        return Result(found)

    def read_to_end(self):
        """Messages up to the close."""
        found = []
        try:
            while True:
                found.append(self.read())
        except ConnectionClosed:
            return Result(found)

    def is_closed(self, within=20):
        """Whether the peer closes in time, whatever it still sends."""
        self.socket.settimeout(within)
        try:
            while self.receive():
                pass
            return True
        except TimeoutError:
            return False

    def ready(self):
        """Everything up to ReadyForQuery."""
        return self.read_until("Z")

    def run(self, content):
        """Sends these messages and reads up to ReadyForQuery."""
        self.send(content)
        return self.ready()

    def query(self, sql):
        return self.run(messages.query(sql))

    def execute(self, sql, values=()):
        """The same through the extended protocol."""
        return self.run(messages.extended(sql, values) + messages.SYNC)

    # Log-in and cancel

    def login(self, user, database=None, password=None, version=messages.PROTOCOL_3_0, **parameters):
        self.send(messages.startup(version, user=user, **({"database": database} if database else {}), **parameters))
        self.authenticate(user, password)
        return self

    def authenticate(self, user, password):
        """Answers what is asked, up to the first ReadyForQuery. Keeps what came meanwhile in `greeting`."""
        self.greeting = Result()
        exchange = None
        while True:
            one = self.read()
            self.greeting.messages.append(one)
            if one.kind == "E":
                raise ServerError(one.fields)
            if one.kind == "K":
                self.process_id, self.key = struct.unpack("!i", one.body[:4])[0], one.body[4:]
            if one.kind == "Z":
                return
            if one.kind == "R":
                method, content = struct.unpack("!i", one.body[:4])[0], one.body[4:]
                if method == 10:
                    is_bound = b"SCRAM-SHA-256-PLUS\0" in content
                    exchange = scram.Exchange(password or "", binding=self.server_end_point() if is_bound else None)
                self._answer(method, content, user, password, exchange)

    def _answer(self, method, content, user, password, exchange):
        if method == 3:
            self.send(messages.password(password or ""))
        elif method == 5:
            self.send(messages.password(scram.md5_answer(user, password or "", content)))
        elif method == 10:
            first = exchange.first()
            self.send(messages.message("p", messages.text(exchange.mechanism) + messages.int32(len(first)) + first))
        elif method == 11:
            self.send(messages.message("p", exchange.final(content)))
        elif method == 12:
            exchange.check(content)
        else:
            assert method == 0, f"authentication method {method}"

    def cancel(self, process_id=None, key=None):
        """Sends a CancelRequest for this connection's query over another one and waits for its close."""
        with Connection(*self.address, timeout=self.timeout) as other:
            other.send(messages.cancel_request(process_id or self.process_id, key or self.key))
            assert other.receive() == b"", "a CancelRequest has no answer"


def trusting_context(is_direct=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if is_direct:
        context.set_alpn_protocols(["postgresql"])
    return context


def connect(address, user="postgres", database="postgres", password=None, timeout=20, source=None, tls=None, **parameters):
    """Logged in at `address`, which is anything with .host and .port. `tls`: None, "requested" or "direct"."""
    connection = Connection(address.host, address.port, timeout, source=source)
    try:
        if tls:
            connection.start_tls(is_direct=tls == "direct")
        return connection.login(user, database, password, **parameters)
    except BaseException:
        connection.close()
        raise
