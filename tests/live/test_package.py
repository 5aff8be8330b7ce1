"""The Debian package: in a clean Debian 12 it is installed, used, upgraded, removed and purged."""

import os
import pathlib
import subprocess

import pytest

from support import processes
from support.clean_debian import CleanDebian, PostgresInThere, checked
from support.debian_package import CONFIG, MARKS, install, newer
from support.waiting import wait_until

pytestmark = MARKS
ROLES = "create role app login password 'of the application'"


def libraries(package):
    """libhowdah0.1 and libhowdah-dev, which were built with it, in the order in which they can be installed."""
    folder = pathlib.Path(package).parent
    return [str(path) for name in ("libhowdah0.1", "libhowdah-dev") for path in folder.glob(f"{name}_*.deb")]


@pytest.fixture(scope="module")
def debian(package):
    """With all that the package depends on, and a user as PostgreSQL's own package makes it."""
    with CleanDebian() as debian:
        depends = checked("dpkg-deb", "-f", package, "Depends").strip()
        debian.run("apt-get", "update", "-qq")
        debian.run("apt-get", "satisfy", "-y", "-qq", "--no-install-recommends", depends)
        uid = checked("id", "-u", "postgres").strip()
        debian.run("useradd", "--system", "--uid", uid, "postgres")
        yield debian


def psql(debian, host, user, database, password="", statement="select current_user"):
    user_of_system = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    command = ["psql", "-XAtw", "-c", statement, f"host={host} port=6432 user={user} dbname={database}"]
    environment = {"PATH": "/usr/bin:/bin", "PGPASSWORD": password}
    done = subprocess.run([*debian.in_network(), *user_of_system, *command], capture_output=True, text=True, check=False, env=environment, cwd="/")
    return done.stdout.strip() or done.stderr


def unit_line(debian, key):
    text = pathlib.Path(debian.path("/lib/systemd/system/howdah.service")).read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith(f"{key}=")]
    return line.split("=", 1)[1]


@pytest.fixture
def running(debian, tmp_path):
    """Started as the unit would start it."""
    database = PostgresInThere(debian, ROLES)
    try:
        with open(tmp_path / "log", "w", encoding="utf-8") as log:
            process = debian.start(unit_line(debian, "User"), *unit_line(debian, "ExecStart").split(), log=log)
            wait_until(lambda: psql(debian, "127.0.0.1", "app", "postgres", "of the application") == "app", f"it serves: {tmp_path}/log", timeout=60)
            yield process
            assert processes.stop(process) == 0
    finally:
        database.remove()


def owner_and_mode(debian, path):
    """As names in there."""
    return debian.run("stat", "-c", "%U:%G %a", path).strip()


def test_a_it_is_installed(debian, package):
    debian.before = debian.files()
    install(debian, package)
    assert owner_and_mode(debian, CONFIG) == "root:howdah 640"
    assert owner_and_mode(debian, "/var/log/howdah") == "howdah:howdah 750"
    assert owner_and_mode(debian, "/run/howdah") == "howdah:howdah 755"
    listed = debian.run("dpkg", "-L", "howdah").splitlines()
    for name in ("howdah.service", "howdah.socket"):
        assert f"/lib/systemd/system/{name}" in listed
    assert CONFIG in listed and "/usr/sbin/howdah" in listed
    for page in ("man1/howdah.1.gz", "man5/howdah.yaml.5.gz"):
        assert any(path.endswith(page) for path in listed), page
    assert f"{CONFIG}: ok" in debian.run("howdah", "--check", CONFIG)


def test_b_its_default_serves_who_has_a_password_in_postgresql(debian, running):
    for host in ("127.0.0.1", debian.path("/run/howdah")):
        assert psql(debian, host, "app", "postgres", "of the application") == "app"
        assert "password authentication failed" in psql(debian, host, "app", "postgres", "another one")
    console = psql(debian, debian.path("/run/howdah"), "postgres", "howdah", statement="show lists")
    assert console.startswith("databases|"), "without a password, as the user of the system"


def test_c_an_upgrade_keeps_the_configuration(debian, package, tmp_path):
    path = pathlib.Path(debian.path(CONFIG))
    path.write_text(path.read_text(encoding="utf-8") + "shutdown_timeout: 7s\n", encoding="utf-8")
    os.chmod(path, 0o600)
    install(debian, newer(package, tmp_path), "--force-confdef", "--force-confold")
    assert debian.run("dpkg-query", "-W", "-f", "${Version}", "howdah").endswith("+next")
    assert path.read_text(encoding="utf-8").endswith("shutdown_timeout: 7s\n")
    assert owner_and_mode(debian, CONFIG) == "root:howdah 600"


def test_c_the_library_is_found(debian, package):
    for path in libraries(package):
        install(debian, path)
    assert "libhowdah.so.0.1 " in debian.run("ldconfig", "-p")
    listed = debian.run("dpkg", "-L", "libhowdah-dev")
    for name in ("/usr/include/howdah.h", "/libhowdah.so", "/cmake/Howdah/HowdahConfig.cmake", "/pkgconfig/howdah.pc"):
        assert name in listed
    (header,) = [line for line in listed.splitlines() if line.endswith("/howdah.h")]
    assert "class Pooler" in pathlib.Path(debian.path(header)).read_text(encoding="utf-8")


def test_d_a_removal_leaves_the_configuration_only(debian):
    debian.run("dpkg", "-r", "libhowdah-dev", "libhowdah0.1", "howdah")
    assert os.path.exists(debian.path(CONFIG)) and not os.path.exists(debian.path("/usr/sbin/howdah"))


def test_e_a_purge_leaves_nothing(debian):
    debian.run("dpkg", "-P", "libhowdah-dev", "libhowdah0.1", "howdah")
    after = debian.files()
    assert {path for path in after if after[path] != debian.before.get(path)} == set()
    assert set(debian.before) - set(after) == set()
    assert not [name for name in os.listdir(debian.path("/var/log")) if "howdah" in name]
