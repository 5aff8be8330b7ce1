"""PostgreSQL's own regression tests: from the Debian source package of the installed server, with the libraries that they load.

Kept in build/regression/<version>. Nothing in /etc is changed and nothing is installed: apt works on folders of its own, and the
headers are taken out of the package postgresql-server-dev, which would bring a whole compiler with it."""

import pathlib
import shutil
import subprocess
import tempfile

from support import bench_setup, postgres

TESTS = "src/test/regress"
LIBRARIES = [f"{TESTS}/regress.c", "contrib/spi/refint.c", "contrib/spi/autoinc.c"]


def _output(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def installed_package():
    """Name and version of the package that the server comes from."""
    name = _output("dpkg-query", "-S", f"{postgres.bin_folder()}/postgres").partition(":")[0]
    return name, _output("dpkg-query", "-W", "-f", "${source:Version}", name)


def _repositories(package):
    """Lines of a sources.list with those that have the package, for its source as well."""
    for _ in range(2):
        offers = [line.split(" | ")[2].split() for line in _output("apt-cache", "madison", package).splitlines()]
        if offers:
            break
        bench_setup.run_in_project("as_root apt-get update -qq")
    binary = {(uri, *suite.split("/", 1)) for uri, suite, *kind in offers if kind[-1] == "Packages"}
    assert binary, f"apt knows no repository with {package}"
    return "".join(f"{kind} {uri} {suite} {component}\n" for uri, suite, component in sorted(binary) for kind in ("deb", "deb-src"))


class Apt:
    """apt with lists and cache of its own in `folder`."""

    def __init__(self, folder, package):
        self.folder = folder
        (folder / "sources.list").write_text(_repositories(package), encoding="utf-8")
        (folder / "lists/partial").mkdir(parents=True)
        (folder / "cache/archives/partial").mkdir(parents=True)
        self.options = {
            "Dir::Etc::SourceList": folder / "sources.list",
            "Dir::Etc::SourceParts": "/dev/null",
            "Dir::State::Lists": folder / "lists",
            "Dir::Cache": folder / "cache",
            "Acquire::Languages": "none",
            "APT::Sandbox::User": "root",
        }
        self.get("update")

    def get(self, *arguments):
        options = [word for name, value in self.options.items() for word in ("-o", f"{name}={value}")]
        done = subprocess.run(
            ["apt-get", "-qq", *options, *arguments], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"apt-get {' '.join(arguments)}: {done.stdout}{done.stderr}"

    def get_version(self, command, package, version):
        """The version that is installed; where it has left the archive, the one that has taken its place."""
        try:
            self.get(command, f"{package}={version}")
        except AssertionError:
            self.get(command, package)


def _compile(source, headers, target):
    options = ["-O2", "-fPIC", "-shared", "-fwrapv", "-fno-strict-aliasing", "-w", f"-I{headers}"]
    subprocess.run(["cc", *options, "-o", target / f"{source.stem}.so", source], check=True)


def _make(folder, package, version):
    apt = Apt(folder, package)
    apt.get_version("source", package, version)
    headers_package = package.replace("postgresql-", "postgresql-server-dev-")
    apt.get_version("download", headers_package, version)
    subprocess.run(["dpkg-deb", "-x", next(folder.glob(f"{headers_package}_*.deb")), folder / "headers"], check=True)
    source = next(path for path in folder.glob("postgresql-*") if path.is_dir())
    headers = next(folder.glob("headers/usr/include/postgresql/*/server"))
    made = folder / "made"
    shutil.copytree(source / TESTS, made / "tests")
    (made / "libraries").mkdir()
    for name in LIBRARIES:
        _compile(source / name, headers, made / "libraries")
    return made


def ready_made():
    """Folder with `tests` and `libraries`, made when it is first needed."""
    package, version = installed_package()
    suite = bench_setup.ROOT / "build/regression" / f"{package}_{version}"
    if not suite.exists():
        suite.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=suite.parent, prefix="making-") as folder:
            _make(pathlib.Path(folder), package, version).rename(suite)
    return suite
