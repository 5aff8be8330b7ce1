"""A slapd of our own in a temporary folder, on free ports of 127.0.0.1 and .2."""

import os
import shutil
import subprocess
import tempfile

from support import processes
from support.certificates import Authority
from support.waiting import wait_until

BASE = "dc=howdah,dc=test"
PEOPLE = f"ou=people,{BASE}"
READER, READER_PASSWORD = f"cn=reader,{BASE}", "reader's password"

# Who has no password is let in as nobody in particular: a client that trusts this is wrong.
CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
allow bind_anon_cred
TLSCACertificateFile {folder}/ca.crt
TLSCertificateFile {folder}/slapd.crt
TLSCertificateKeyFile {folder}/slapd.key
database mdb
suffix "{base}"
directory {folder}/entries
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
"""

ENTRIES = f"""
dn: {BASE}
objectClass: dcObject
objectClass: organization
o: howdah

dn: {PEOPLE}
objectClass: organizationalUnit

dn: ou=deep,{PEOPLE}
objectClass: organizationalUnit

dn: {READER}
objectClass: organizationalRole
objectClass: simpleSecurityObject
userPassword: {READER_PASSWORD}
"""

PERSON = """
dn: uid={name},{place}
objectClass: inetOrgPerson
cn: {name}
sn: {name}
mail: {mail}
userPassword: {password}
"""


def person(name, password, place=PEOPLE, mail="nobody@howdah.test"):
    return PERSON.format(name=name, password=password, place=place, mail=mail)


class LdapServer:
    def __init__(self, people):
        self.folder = tempfile.mkdtemp(prefix="howdah-slapd-")
        os.chmod(self.folder, 0o755)
        self.port, self.tls_port = processes.free_port(), processes.free_port()
        self.process = None
        self.authority = Authority(self.folder)
        self.authority.issue("slapd", "/CN=localhost", host="IP:127.0.0.1")
        os.mkdir(f"{self.folder}/entries")
        self._write("slapd.conf", CONFIGURATION.format(folder=self.folder, base=BASE, reader=READER))
        self._write("entries.ldif", ENTRIES + "".join(people))
        # What libldap reads in place of the system's file, when LDAPCONF says so.
        self._write("ldap.conf", f"TLS_CACERT {self.authority.certificate}\n")
        files = ["-f", f"{self.folder}/slapd.conf", "-l", f"{self.folder}/entries.ldif"]
        subprocess.run(["/usr/sbin/slapadd", *files], check=True, capture_output=True)

    def _write(self, name, content):
        with open(f"{self.folder}/{name}", "w", encoding="utf-8") as file:
            file.write(content)

    def start(self):
        # The certificate is for the first address only.
        places = f"ldap://127.0.0.1:{self.port} ldap://127.0.0.2:{self.port} ldaps://127.0.0.1:{self.tls_port}"
        with open(f"{self.folder}/log", "ab") as log:
            self.process = subprocess.Popen(
                ["/usr/sbin/slapd", "-f", f"{self.folder}/slapd.conf", "-h", places, "-d", "0"],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                preexec_fn=processes.die_with_parent,
            )
        wait_until(lambda: processes.accepts(self.port) and processes.accepts(self.tls_port), "slapd accepts connections")
        return self

    def remove(self):
        if self.process:
            processes.stop(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)
