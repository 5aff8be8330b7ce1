"""Several howdahs before one PostgreSQL that know each other, and what one of them says to another."""

import hashlib
import hmac
import os
import struct

from conftest import default_config
from support import messages, wire
from support.howdah_process import HowdahProcess

SECRET = "a secret for the tests only"
CODE = 0x48570001


def make_instances(cluster, count, pool=None, **config):
    """Numbered from 1, each other's peers, not started. Their configurations may still be changed."""
    made = [HowdahProcess(default_config(cluster, pool) | config) for _ in range(count)]
    for number, one in enumerate(made, 1):
        one.config |= {"instance": number, "peers_secret": SECRET, "peers": peers_of(made)}
    return made


def peers_of(instances):
    return {str(number): {"address": f"{one.host}:{one.port}"} for number, one in enumerate(instances, 1)}


class Peer(wire.Connection):
    """The sending side of a forwarded cancel, written from the description of it alone."""

    def __init__(self, howdah, sender, receiver, secret=SECRET, nonce=None):
        super().__init__(howdah.host, howdah.port)
        self.secret = secret.encode()
        nonce = nonce or os.urandom(32)
        self.said = messages.packet(messages.int32(CODE) + bytes([sender, receiver]) + nonce)
        self.send(self.said)

    def read_challenge(self):
        self.said += self.take(32)
        return self

    def _hmac(self, label, content=b""):
        return hmac.new(self.secret, label + self.said + content, hashlib.sha256).digest()

    def packet(self, process_id, key):
        """The answer to the challenge."""
        cipher = self._hmac(b"howdah peer cancel, cipher:")
        sealed = bytes(one ^ other for one, other in zip(key, cipher))
        front = struct.pack("!ii", 40 + len(key), process_id) + sealed
        return front + self._hmac(b"howdah peer cancel, proof:", front)

    def cancel(self, process_id, key):
        """What comes for it."""
        self.send(self.packet(process_id, key))
        return self.rest()

    def rest(self):
        """All bytes up to the close."""
        received = b""
        while chunk := self.receive():
            received += chunk
        return received


def forward_cancel(howdah, sender, receiver, process_id, key, **more):
    """As another instance would; what comes for it."""
    with Peer(howdah, sender, receiver, **more) as peer:
        return peer.read_challenge().cancel(process_id, key)
