"""The Debian package, built from this tree or given: HOWDAH_PACKAGE names one that is there already, HOWDAH_BUILT the folder
of a build whose program goes into one; without them packaging/build-deb builds what is committed."""

import os
import pathlib
import shutil
import subprocess

import pytest

from support.clean_debian import checked

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = "/etc/howdah/howdah.yaml"
# Of tests with a Debian of their own.
MARKS = [
    pytest.mark.howdah_only,
    pytest.mark.long,
    pytest.mark.time_limit(1800),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a Debian in a folder"),
]


def package_in(folder):
    """The path of the .deb; where it has to be built, in this folder."""
    if "HOWDAH_PACKAGE" in os.environ:
        return os.environ["HOWDAH_PACKAGE"]
    built = ["--built", os.environ["HOWDAH_BUILT"]] if "HOWDAH_BUILT" in os.environ else []
    checked(str(ROOT / "packaging" / "build-deb"), "--output", str(folder), *built)
    (path,) = pathlib.Path(folder).glob("howdah_*.deb")
    return str(path)


def newer(package, folder):
    """The same package as a later version that brings another default configuration."""
    tree = f"{folder}/tree"
    checked("dpkg-deb", "-R", package, tree)
    control = pathlib.Path(tree, "DEBIAN/control")
    version = checked("dpkg-deb", "-f", package, "Version").strip()
    control.write_text(control.read_text().replace(f"Version: {version}", f"Version: {version}+next"))
    with open(f"{tree}{CONFIG}", "a", encoding="utf-8") as file:
        file.write("# of the next version\n")
    checked("dpkg-deb", "--root-owner-group", "-b", tree, f"{folder}/next.deb")
    return f"{folder}/next.deb"


def install(debian, package, *options):
    """With dpkg in there; gives what that said."""
    shutil.copy(package, debian.path("/root/howdah.deb"))
    output = debian.run("dpkg", *options, "-i", "/root/howdah.deb", stdin=subprocess.DEVNULL)
    os.unlink(debian.path("/root/howdah.deb"))
    return output
