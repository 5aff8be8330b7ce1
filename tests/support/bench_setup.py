"""Before a benchmark: its packages, and a release build where HOWDAH_BINARY names no program."""

import os
import pathlib
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run_in_project(commands):
    subprocess.run(["bash", "-euo", "pipefail", "-c", f". packaging/set-up.bash; {commands}"], cwd=ROOT, check=True)


def prepare(groups):
    """Installs these groups of tests/packages ("run|bench") and sets HOWDAH_BINARY. From here on SIGTERM is an orderly end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    run_in_project(f"install_missing '{groups}'")
    if "HOWDAH_BINARY" not in os.environ:
        run_in_project("install_missing build; build release")
        os.environ["HOWDAH_BINARY"] = str(ROOT / "build/release/howdah")


def become_root():
    """Starts the command again under sudo where need be: PgBouncer and PostgreSQL run as users of their own."""
    if os.geteuid() != 0:
        os.execvp("sudo", ["sudo", "--preserve-env=HOWDAH_BINARY,HOWDAH_PG_BINDIR", sys.executable, *sys.argv])
