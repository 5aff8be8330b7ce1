"""A fresh Debian 12 in a folder, with a network of its own: nothing in there but what Debian itself puts there.

HOWDAH_DEBIAN names a folder that debootstrap has made, to be copied instead of made again."""

import contextlib
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import tempfile

import psycopg2

from support import postgres, processes

# What changes with every installation, or is a copy that dpkg or adduser keeps of what was before.
CHANGING = ("var/lib/dpkg/", "var/lib/apt/", "var/cache/", "var/log/", "etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-", "etc/.pwd.lock", "run/adduser", "var/lib/systemd/deb-systemd-helper-enabled")
ADMINISTRATOR = "of the administrator"  # of a PostgreSQL in there: the password
MIRROR = "http://deb.debian.org/debian"


class CleanDebian:
    """Used with `with`; afterwards no process and no file of it is there."""

    def __enter__(self):
        self.root = tempfile.mkdtemp(prefix="howdah-debian-")
        self.started = []
        try:
            if "HOWDAH_DEBIAN" in os.environ:
                checked("cp", "-a", os.environ["HOWDAH_DEBIAN"] + "/.", self.root)
            else:
                checked("debootstrap", "--variant=minbase", "bookworm", self.root, MIRROR)
            os.chmod(self.root, 0o755)  # others than root live in there
            self.network = self.start_process(["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep infinity"], stdout=subprocess.PIPE)
            assert self.network.stdout.readline() == "up\n"
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.started):
            processes.stop(process, signal.SIGINT)
            if process.stdout:
                process.stdout.close()
        checked("rm", "-rf", "--one-file-system", self.root)

    def path(self, name):
        return f"{self.root}/{name.lstrip('/')}"

    def inside(self):
        """In front of a command: it runs in there."""
        return ["chroot", self.root]

    def run(self, *command, **more):
        """In there. Its output, also that for errors."""
        return checked(*self.inside(), *command, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}, **more)

    def in_network(self):
        """In front of a command: it runs on the machine itself, but in the network of this Debian."""
        return ["nsenter", f"--net=/proc/{self.network.pid}/ns/net"]

    def start_process(self, command, **more):
        process = subprocess.Popen(command, text=True, preexec_fn=processes.die_with_parent, **more)
        self.started.append(process)
        return process

    def start(self, user, *command, log):
        """A program that stays, as this user of this Debian."""
        return self.start_process([*self.in_network(), "chroot", f"--userspec={user}:{user}", self.root, *command], stderr=log)

    def files(self):
        """What is there, by its path: kind, rights, owner and a digest of the content."""
        found = {}
        for folder, folders, names in os.walk(self.root):
            for name in folders + names:
                path = os.path.join(folder, name)
                inside = os.path.relpath(path, self.root)
                if inside.startswith(("proc/", "sys/", "dev/", *CHANGING)) or inside + "/" in CHANGING:
                    continue
                status = os.lstat(path)
                found[inside] = (oct(status.st_mode), status.st_uid, status.st_gid, digest(path, status.st_mode))
        return found


class PostgresInThere:
    """The machine's own PostgreSQL at 127.0.0.1:5432 of that network: every role needs a password."""

    def __init__(self, debian, roles):
        self.folder = tempfile.mkdtemp(prefix="howdah-postgres-")
        self.process = None
        try:
            self._start(debian, roles)
        except BaseException:
            self.remove()
            raise

    def _start(self, debian, roles):
        shutil.chown(self.folder, "postgres")
        user = processes.as_user("postgres")
        programs = postgres.bin_folder()
        with open(f"{self.folder}/password", "w", encoding="utf-8") as file:
            file.write(ADMINISTRATOR)
        names = ["-D", f"{self.folder}/data", "-U", "postgres", f"--pwfile={self.folder}/password"]
        checked(f"{programs}/initdb", *names, "-A", "scram-sha-256", "-N", cwd="/", **user)
        single = [f"{programs}/postgres", "--single", "-j", "-D", f"{self.folder}/data", "postgres"]
        checked(*single, input=roles, cwd="/", **user)
        arguments = ["-D", f"{self.folder}/data", "-k", self.folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", f"{programs}/postgres", *arguments]
        self.process = debian.start_process([*debian.in_network(), *command], stderr=subprocess.DEVNULL, cwd="/")

    def connect(self, database):
        """As the administrator, from the machine."""
        connection = psycopg2.connect(host=self.folder, user="postgres", password=ADMINISTRATOR, dbname=database)
        connection.autocommit = True
        return connection

    def rows(self, sql, database="postgres"):
        with contextlib.closing(self.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def remove(self):
        if self.process:
            processes.stop(self.process, signal.SIGINT)
        shutil.rmtree(self.folder)


def digest(path, mode):
    if stat.S_ISLNK(mode):
        return os.readlink(path)
    if not stat.S_ISREG(mode):
        return ""
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def checked(*command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **more)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout[-4000:]}"
    return done.stdout
