"""The small C++ programs of tests/bench, each compiled when it is first needed, once in a run."""

import atexit
import functools
import pathlib
import shutil
import subprocess
import tempfile

SOURCES = pathlib.Path(__file__).resolve().parents[1] / "bench"


@functools.cache
def _folder():
    """Where other users may read, since some of these programs run as another."""
    folder = tempfile.mkdtemp(prefix="howdah-compiled-")
    pathlib.Path(folder).chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def program(name):
    """Path of the program that tests/bench/<name>.cpp makes."""
    path = f"{_folder()}/{name}"
    subprocess.run(["c++", "-std=c++23", "-O2", "-Wall", "-Wextra", "-o", path, SOURCES / f"{name}.cpp"], check=True)
    return path
