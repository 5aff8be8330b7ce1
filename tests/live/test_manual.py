"""The pages of the manual, as the program prints them."""

import re
import subprocess

import pytest

from support.howdah_process import executable

pytestmark = pytest.mark.howdah_only

PAGES = {"howdah": 1, "howdah.yaml": 5}


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **more)


def plain(page):
    """As a reader sees it, in lines too long to be broken."""
    done = run("mandoc", "-T", "ascii", "-O", "width=1000", input=page)
    assert done.returncode == 0, done.stderr
    return re.sub(".\b", "", done.stdout)


@pytest.fixture(scope="module", params=PAGES)
def page(request, tmp_path_factory):
    """The path of a page, named as it is installed."""
    done = run(executable(), "--man", request.param)
    assert done.returncode == 0, done.stderr
    path = tmp_path_factory.mktemp("man") / f"{request.param}.{PAGES[request.param]}"
    path.write_text(done.stdout, encoding="utf-8")
    return path


def test_mandoc_finds_nothing_wrong_with_it(page):
    done = run("mandoc", "-T", "lint", "-W", "warning", str(page))
    assert done.returncode == 0 and done.stdout + done.stderr == ""


def test_man_finds_nothing_wrong_with_it(page):
    done = run("man", "--warnings=w", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(page), env={"MANWIDTH": "80", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0 and done.stderr == ""


def test_whatis_finds_its_name_and_what_it_is(page):
    done = run("lexgrog", str(page))
    assert done.returncode == 0 and f'"{page.stem} - ' in done.stdout, done.stdout


def test_every_option_of_the_configuration_is_in_its_page():
    text = plain(run(executable(), "--man", "howdah.yaml").stdout)
    sections = {}
    for part in re.split(r"\n {0,3}(?=\S)", text):
        name, _, content = part.partition("\n")
        sections[name] = sections.get(name, "") + content
    section, missing, count = "", [], 0
    for line in run(executable(), "--describe-config").stdout.splitlines():
        if heading := re.fullmatch("## `?(.*?)`?", line):
            section = "OPTIONS" if heading[1] == "Top level" else heading[1]
        if row := re.match(r"\| `(\w+)` \|", line):
            count += 1
            if not re.search(rf"^ +{row[1]}\b", sections[section], re.MULTILINE):
                missing.append(f"{section}.{row[1]}")
    assert count > 100 and missing == []


def test_every_option_of_the_command_line_is_in_its_page():
    text = plain(run(executable(), "--man", "howdah").stdout)
    options = re.findall(r"(--[a-z-]+)", run(executable(), "--help").stdout)
    assert len(options) > 8
    for option in options:
        assert re.search(rf"^ +(-\w, )?{option}( [A-Z]+)?( |$)", text, re.MULTILINE), option


def test_another_page_is_told():
    done = run(executable(), "--man", "elephant")
    assert done.returncode == 2 and "howdah.yaml" in done.stderr
