"""The include rule of the folders: protocol knows nobody, config knows protocol, and each library has its own place."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)

MAY_INCLUDE = {"protocol": {"protocol"}, "config": {"config", "protocol"}, "daemon": {"daemon", "config", "protocol"}}
# What a folder may never touch: sockets, files, clocks, threads and logs are the daemon's.
FORBIDDEN = {
    "protocol": r"(sys/|netinet/|arpa/|poll|unistd|fcntl|netdb|event2/|libpq|yaml-cpp/|spdlog/|fmt/|thread|mutex|"
    r"condition_variable|fstream|iostream|filesystem|chrono|ctime|time\.h|systemd/|prometheus/|nlohmann/)",
    "config": r"(event2/|libpq|openssl/|spdlog/|thread|mutex|sys/socket|systemd/|prometheus/|nlohmann/)",
    "daemon": r"(yaml-cpp/)",
}
# A library that is met in a few files only: its wrapper.
AT_MOST = {"yaml-cpp/": ("config", 1), "openssl/": ("protocol", 1), "CLI/": ("daemon", 1)}


def sources(folder):
    return sorted(path for path in (ROOT / folder).rglob("*") if path.suffix in (".h", ".cpp"))


def includes(path):
    return [(kind == "<", name) for kind, name in INCLUDE.findall(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("folder", MAY_INCLUDE)
def test_a_folder_includes_only_what_it_may(folder):
    wrong = []
    for path in sources(folder):
        for is_system, name in includes(path):
            if not is_system and name.split("/")[0] not in MAY_INCLUDE[folder]:
                wrong.append(f"{path.relative_to(ROOT)}: {name}")
            if is_system and re.match(FORBIDDEN[folder], name):
                wrong.append(f"{path.relative_to(ROOT)}: <{name}>")
    assert sources(folder) and wrong == []


@pytest.mark.parametrize("library", AT_MOST)
def test_a_library_stays_in_its_wrapper(library):
    folder, most = AT_MOST[library]
    users = {path.stem for path in sources(folder) if any(name.startswith(library) for _, name in includes(path))}
    assert len(users) <= most, users


@pytest.mark.parametrize("folder", MAY_INCLUDE)
def test_every_header_guards_itself_and_every_file_keeps_to_its_size(folder):
    for path in sources(folder):
        text = path.read_text(encoding="utf-8")
        assert path.suffix != ".h" or "#pragma once" in text, path
        assert text.count("\n") <= 600, path


def test_the_library_s_header_includes_nothing_of_ours():
    assert [name for is_system, name in includes(ROOT / "daemon" / "howdah.h") if not is_system] == []


def test_every_source_is_in_the_folder_of_its_noun():
    """The root holds folders and what tools read there, nothing else."""
    allowed = {
        "CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE", "protocol", "config", "daemon", "tests", "packaging", "build",
        "compile_commands.json",
    }
    assert {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} <= allowed
