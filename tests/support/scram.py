"""The client's side of SCRAM-SHA-256, and the secrets that a server keeps. (RFC 5802, RFC 7677)"""

import base64
import hashlib
import hmac
import os


def _hmac(key, content):
    return hmac.new(key, content, hashlib.sha256).digest()


def _keys(password, salt, iterations):
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    client_key = _hmac(salted, b"Client Key")
    return client_key, hashlib.sha256(client_key).digest(), _hmac(salted, b"Server Key")


def verifier(password, iterations=4096, salt=None):
    """What `pg_authid.rolpassword` holds for this password."""
    salt = salt or os.urandom(16)
    _, stored_key, server_key = _keys(password, salt, iterations)
    parts = [base64.b64encode(part).decode() for part in (salt, stored_key, server_key)]
    return f"SCRAM-SHA-256${iterations}:{parts[0]}${parts[1]}:{parts[2]}"


def md5_secret(user, password):
    return "md5" + hashlib.md5((password + user).encode()).hexdigest()


def md5_answer(user, password, salt):
    inner = md5_secret(user, password)[3:].encode()
    return "md5" + hashlib.md5(inner + salt).hexdigest()


def server_signature(password, salt, iterations, signed):
    """The server's proof, in base64, for these parts of an exchange."""
    return base64.b64encode(_hmac(_keys(password, salt, iterations)[2], signed.encode()))


class Exchange:
    """One login: first(), then final(server's first message), then check(server's final message)."""

    def __init__(self, password, nonce=None, binding=None):
        """`binding`: the digest of the server's certificate, to bind to the TLS session."""
        self.password = password
        self.mechanism = "SCRAM-SHA-256" if binding is None else "SCRAM-SHA-256-PLUS"
        self.header = b"n,," if binding is None else b"p=tls-server-end-point,,"
        self.bound = base64.b64encode(self.header + (binding or b"")).decode()
        self.nonce = nonce or base64.b64encode(os.urandom(18)).decode()

    def first(self):
        return self.header + f"n=,r={self.nonce}".encode()

    def final(self, server_first):
        fields = dict(part.split("=", 1) for part in server_first.decode().split(","))
        assert fields["r"].startswith(self.nonce) and len(fields["r"]) > len(self.nonce)
        salt, iterations = base64.b64decode(fields["s"]), int(fields["i"])
        client_key, stored_key, server_key = _keys(self.password, salt, iterations)
        without_proof = f"c={self.bound},r={fields['r']}"
        signed = f"n=,r={self.nonce},{server_first.decode()},{without_proof}".encode()
        signature = _hmac(stored_key, signed)
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        self.expected = b"v=" + base64.b64encode(_hmac(server_key, signed))
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def check(self, server_final):
        assert server_final == self.expected, "the server does not know the password"
