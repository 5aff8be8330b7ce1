"""The library as a program finds it: installed from the build folder into one of its own, and programs built with that."""

import atexit
import functools
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from support.howdah_process import executable

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "packaging" / "example"


def build_folder():
    return pathlib.Path(executable()).resolve().parent


def _checked(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@functools.cache
def cache_entry(name):
    """Of the build's CMakeCache.txt; empty where there is none."""
    for line in (build_folder() / "CMakeCache.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(name + ":"):
            return line.partition("=")[2]
    return ""


def sanitizer_options():
    """As in CMakeLists.txt."""
    wanted = cache_entry("HOWDAH_SANITIZE")
    options = [f"-fsanitize={wanted}", "-fno-sanitize-recover=all"] if wanted else []
    return options + (["-fno-sanitize=vptr"] if "undefined" in wanted and "clang" in cache_entry("CMAKE_CXX_COMPILER") else [])


@functools.cache
def prefix():
    """Where it is installed."""
    if not (build_folder() / "cmake_install.cmake").exists():
        pytest.skip("the program under test is in no build folder")
    folder = tempfile.mkdtemp(prefix="howdah-installed-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.chmod(folder, 0o755)
    _checked("cmake", "--install", build_folder(), "--prefix", folder)
    return pathlib.Path(folder)


def library_folder():
    return next(prefix().glob("lib*/**/libhowdah.so")).parent


@functools.cache
def example_by_cmake():
    """Path of the example, built in a fresh project by find_package."""
    folder = prefix() / "example"
    shutil.copytree(EXAMPLE, folder)
    options = [f"-DCMAKE_PREFIX_PATH={prefix()}", f"-DCMAKE_CXX_COMPILER={cache_entry('CMAKE_CXX_COMPILER')}",
               f"-DCMAKE_CXX_FLAGS={' '.join(sanitizer_options())}"]
    _checked("cmake", "-S", folder, "-B", folder / "build", *options)
    _checked("cmake", "--build", folder / "build")
    return folder / "build" / "howdah_example"


@functools.cache
def program(source, *packages):
    """Path of a program of one source, in C++20, built by pkg-config."""
    path = prefix() / f"{pathlib.Path(source).stem}_program"
    found = _checked("pkg-config", "--cflags", "--libs", "howdah", *packages,
                     env={**os.environ, "PKG_CONFIG_PATH": str(library_folder() / "pkgconfig")})
    _checked(cache_entry("CMAKE_CXX_COMPILER"), "-std=c++20", "-O1", "-g", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
             *sanitizer_options(), "-pthread", "-o", path, source, *found.split(), f"-Wl,-rpath,{library_folder()}")
    return path
