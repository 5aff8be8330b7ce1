"""A Debian 12 as CleanDebian makes it, in which systemd runs as it does on a machine: units, journal, watchdog, cgroups."""

import subprocess

from support.clean_debian import CleanDebian, checked
from support.waiting import wait_until


class BootedDebian(CleanDebian):
    """Nothing of it reaches the machine: it has namespaces of its own for all but the users. `boot` once all is installed."""

    manager = None  # the number of its systemd

    def boot(self):
        network = f"--network-namespace-path=/proc/{self.network.pid}/ns/net"
        options = ["--quiet", "--register=no", "--keep-unit", "--console=pipe", "--link-journal=no", network]
        command = ["systemd-nspawn", *options, f"--directory={self.root}", "--boot"]
        container = self.start_process(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

        def is_up():
            assert container.poll() is None, container.stdout.read()
            with open(f"/proc/{container.pid}/task/{container.pid}/children", encoding="ascii") as file:
                found = file.read().split()  # first one that only makes the namespaces, and ends
            if not found:
                return False
            (self.manager,) = found
            return self.asked("is-system-running") in ("running", "degraded")

        wait_until(is_up, "systemd is up", timeout=120)

    def run(self, *command, **more):
        if self.manager is None:
            return super().run(*command, **more)
        path = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive"]
        return checked("nsenter", "--all", f"--target={self.manager}", *path, *command, **more)

    def systemctl(self, *arguments):
        return self.run("systemctl", *arguments)

    def asked(self, *arguments):
        """What systemctl answers, also where its status says no."""
        command = ["nsenter", "--all", f"--target={self.manager}", "systemctl", *arguments]
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout.strip()

    def shown(self, unit, name):
        """A property of a unit."""
        return self.asked("show", "--value", f"--property={name}", unit)

    def journal(self, unit):
        return self.run("journalctl", "--no-pager", "--output=cat", f"--unit={unit}")

    def live_path(self, name):
        """What has this path in there now: /run and /tmp are made when it boots."""
        return f"/proc/{self.manager}/root/{name.lstrip('/')}"
