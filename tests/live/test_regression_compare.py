"""How tests/regression/run judges what a test printed: exact but for what is listed, or differs between two direct runs."""

import pathlib

import pytest
import yaml

from support.regression_compare import differences, is_chance, is_known

DIRECT = "select 1;\n one\nselect 2;\n two\nselect 3;\n three\n"
ENTRY = {"test": "numbers", "behind": "select 2;", "direct": " two\n", "howdah": " zwei\n", "why": "it speaks German"}


def only(found):
    assert len(found) == 1
    return found[0]


def test_equal_outputs_have_no_difference():
    assert differences(DIRECT, DIRECT) == []


def test_a_difference_shows_its_line_and_what_stands_in_front():
    found = only(differences(DIRECT, DIRECT.replace(" two", " zwei")))
    assert found.text() == "@@ line 4\n select 1;\n  one\n select 2;\n- two\n+ zwei"


@pytest.mark.parametrize(
    "test, howdah, known",
    [
        ("numbers", DIRECT.replace(" two", " zwei"), True),
        ("letters", DIRECT.replace(" two", " zwei"), False),
        ("numbers", DIRECT.replace(" two", " deux"), False),
        ("numbers", DIRECT.replace(" two\n", ""), False),
        ("numbers", DIRECT.replace(" three", " zwei"), False),
    ],
)
def test_only_the_listed_place_with_the_listed_texts_is_known(test, howdah, known):
    assert is_known(only(differences(DIRECT, howdah)), test, [ENTRY]) == known


def test_chance_is_only_where_two_direct_runs_differ():
    noise = differences(DIRECT, DIRECT.replace(" two", " 2.0001"))
    assert is_chance(only(differences(DIRECT, DIRECT.replace(" two", " 2.0002"))), noise)
    assert not is_chance(only(differences(DIRECT, DIRECT.replace(" three", " 3.0002"))), noise)


def test_each_known_difference_has_a_reason():
    path = pathlib.Path(__file__).resolve().parents[1] / "regression/known_differences.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert entries and all(set(entry) == set(ENTRY) and entry["why"] for entry in entries)
