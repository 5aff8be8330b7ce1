"""Certificates of an authority of our own, made by openssl in a folder of the test's."""

import os
import subprocess


class Authority:
    """Signs certificates; everything lies in `folder`, keys readable by their owner only."""

    def __init__(self, folder, name="howdah tests"):
        self.folder = str(folder)
        self.certificate, self.key = self.path("ca.crt"), self.path("ca.key")
        self._openssl(
            "req", "-x509", *self._new_key("ec"), "-days", "2", "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate
        )

    def path(self, name):
        return os.path.join(self.folder, name)

    def issue(self, name, subject=None, kind="ec", host=None):
        """(certificate, key): files `name`.crt and `name`.key for the subject, by default its CN is the name."""
        certificate, key, request = self.path(f"{name}.crt"), self.path(f"{name}.key"), self.path(f"{name}.csr")
        self._openssl("req", "-new", "-utf8", *self._new_key(kind), "-subj", subject or f"/CN={name}", "-keyout", key, "-out", request)
        extensions = self.path(f"{name}.ext")
        with open(extensions, "w", encoding="utf-8") as file:
            file.write(f"subjectAltName = {host}\n" if host else "basicConstraints = CA:FALSE\n")
        self._openssl(
            *("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial"),
            *("-days", "2", "-extfile", extensions, "-out", certificate),
        )
        os.chmod(key, 0o600)
        return certificate, key

    @staticmethod
    def _new_key(kind):
        if kind == "rsa":
            return ["-newkey", "rsa:2048", "-nodes"]
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)
