"""A Debian 12 as CleanDebian makes it, in which systemd runs as it does on a machine: units, journal, watchdog, cgroups."""

import subprocess

from support.clean_debian import CleanDebian
from support.waiting import wait_until


class NoContainer(Exception):
    """This machine, itself perhaps a container, lets nobody make one with a systemd of its own."""


class BootedDebian(CleanDebian):
    """Nothing of it reaches the machine: it has namespaces of its own for all but the users. `boot` once all is installed."""

    manager = None  # the number of its systemd

    def boot(self):
        # What it starts ends with it, also where this run is killed.
        bound = [*self.in_network(), "unshare", "--pid", "--mount-proc", "--fork", "--kill-child"]
        options = ["--quiet", "--register=no", "--keep-unit", "--console=pipe", "--link-journal=no"]
        command = [*bound, "systemd-nspawn", *options, f"--directory={self.root}", "--boot"]
        container = self.start_process(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

        def is_up():
            if container.poll() is not None:
                raise NoContainer(container.stdout.read())
            managers = [child for nspawn in children(container.pid) for child in children(nspawn)]
            if not managers:
                return False
            (self.manager,) = managers  # the first one only makes the namespaces, and ends
            return self.asked("is-system-running") in ("running", "degraded")

        wait_until(is_up, "systemd is up", timeout=120)

    def inside(self):
        return ["nsenter", "--all", f"--target={self.manager}"] if self.manager else super().inside()

    def systemctl(self, *arguments):
        return self.run("systemctl", *arguments)

    def asked(self, *arguments):
        """What systemctl answers, also where its status says no."""
        command = [*self.inside(), "systemctl", *arguments]
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout.strip()

    def shown(self, unit, name):
        """A property of a unit."""
        return self.asked("show", "--value", f"--property={name}", unit)

    def journal(self, unit):
        return self.run("journalctl", "--no-pager", "--output=cat", f"--unit={unit}")

    def live_path(self, name):
        """What has this path in there now: /run and /tmp are made when it boots."""
        return f"/proc/{self.manager}/root/{name.lstrip('/')}"


def children(process):
    try:
        with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
            return file.read().split()
    except FileNotFoundError:  # it has just ended
        return []
