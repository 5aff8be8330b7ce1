"""A backend that answers log-ins as a test says: each connection is given to one of the functions below, on a thread of
its own. What a client sent is kept."""

import base64
import socket
import ssl
import struct
import subprocess
import threading

from support import scram
from support.messages import int32, message

OK = message("R", int32(0))
READY = message("Z", b"I")
CLEAR_TEXT = message("R", int32(3))
SASL = message("R", int32(10) + b"SCRAM-SHA-256\0\0")


def sasl(kind, text):
    return message("R", int32(kind) + (text if isinstance(text, bytes) else text.encode()))


class Peer:
    """One connection from howdah."""

    def __init__(self, connection):
        self.socket = connection
        self.sent = b""  # by howdah
        self.is_closed = False

    def read(self, count):
        content = b""
        while len(content) < count:
            piece = self.socket.recv(count - len(content))
            if not piece:
                raise EOFError
            content += piece
        self.sent += content
        return content

    def startup(self):
        """The startup packet; an offer of TLS is declined before."""
        while True:
            packet = self.read(struct.unpack("!i", self.read(4))[0] - 4)
            if packet[:4] != struct.pack("!i", 80877103):
                return packet
            self.send(b"N")

    def message(self):
        kind = self.read(1)
        return kind, self.read(struct.unpack("!i", self.read(4))[0] - 4)

    def client_first(self):
        """Of a SCRAM exchange that we have asked for: its nonce."""
        self.send(SASL)
        _, body = self.message()
        return dict(part.split("=", 1) for part in body[body.index(b"n=") :].decode().split(","))["r"]

    def send(self, content):
        self.socket.sendall(content)

    def wait_for_end(self):
        while True:
            piece = self.socket.recv(65536)
            if not piece:
                self.is_closed = True
                return
            self.sent += piece


def server_first(nonce, iterations=4096, more="server", salt=b"saltsaltsaltsalt"):
    return f"r={nonce}{more},s={base64.b64encode(salt).decode()},i={iterations}"


class EvilBackend:
    """Listens on 127.0.0.1; with TLS where `context` is given."""

    def __init__(self, act, context=None):
        self.act, self.context = act, context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.peers = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.settimeout(60)
            peer = Peer(connection)
            self.peers.append(peer)
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        try:
            if self.context:
                peer.read(8)
                peer.send(b"S")
                peer.socket = self.context.wrap_socket(peer.socket, server_side=True)
            self.act(peer)
            peer.wait_for_end()
        except (OSError, EOFError, ValueError):
            pass
        finally:
            peer.is_closed = True
            peer.socket.close()

    @property
    def sent(self):
        """By howdah, on all connections."""
        return b"".join(peer.sent for peer in self.peers)

    def close(self):
        self.listener.close()
        for peer in self.peers:
            peer.socket.close()


def tls_context(folder):
    key, certificate = f"{folder}/evil.key", f"{folder}/evil.crt"
    subject = ["-subj", "/CN=localhost", "-days", "2", "-keyout", key, "-out", certificate]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def honest_exchange(peer, password, iterations=4096):
    """SCRAM as it should be, up to the point where the server's proof is due: that proof."""
    salt = b"saltsaltsaltsalt"
    nonce = peer.client_first()
    first = server_first(nonce, iterations, salt=salt)
    peer.send(sasl(11, first))
    _, final = peer.message()
    without_proof = final.decode().rsplit(",p=", 1)[0]
    return b"v=" + scram.server_signature(password, salt, iterations, f"n=,r={nonce},{first},{without_proof}")
