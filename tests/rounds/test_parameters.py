import datetime

import pytest
import small_round

from audit_lib.errors import BadRound
from audit_lib.rounds.notebooks import clean_notebook, execute_notebook, notebook_bytes
from audit_lib.rounds.settings import load_settings
from audit_lib.rounds.signature import check_parameters, read_parameters

TEXT = 'court: str = "鲁0902"  # 法院代字\ncount: int = 3  # 数'
GOOD = {"court": "鲁0902", "count": 3}


@pytest.fixture
def notebook(tmp_path):
    return small_round.write_notebook(tmp_path / "n.ipynb", "print(court)", parameters=TEXT)


def test_what_a_notebook_takes_is_read_without_running_it(notebook):
    found = read_parameters(notebook)
    assert [(p.name, p.type, p.default) for p in found.values()] == [
        ("court", "str", "鲁0902"),
        ("count", "int", 3),
    ]
    check_parameters(notebook, GOOD)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (GOOD | {"corut": "x"}, "no parameter `corut`.*Did you mean `court`"),
        ({"court": "x"}, "needs the parameter `count`"),
        (GOOD | {"count": "3"}, "is a `int`, but was given str"),
        (GOOD | {"count": True}, "was given bool"),
        (GOOD | {"court": datetime.date(2016, 12, 28)}, "given as text"),
        (GOOD | {'court="x"; open("PWNED","w"); a': 1}, "no parameter"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_runs(notebook, given, says, tmp_path):
    with pytest.raises(BadRound, match=f"(?s){says}"):
        execute_notebook(notebook, given, tmp_path, load_settings().units)
    assert not (tmp_path / "PWNED").exists()


@pytest.mark.parametrize(
    "text",
    [
        "court = 'x'",
        "court: str = open('x')",
        "import os",
        "court: Path = 'x'",
        "court: str",
        "a b",
    ],
)
def test_a_cell_of_parameters_holds_typed_literals_only(tmp_path, text):
    path = small_round.write_notebook(tmp_path / "n.ipynb", parameters=text)
    with pytest.raises(BadRound, match="parameters"):
        read_parameters(path)


def test_a_notebook_without_parameters_is_refused(tmp_path):
    (tmp_path / "n.ipynb").write_text('{"cells": [], "nbformat": 4}')
    with pytest.raises(BadRound, match="no cells tagged"):
        read_parameters(tmp_path / "n.ipynb")
    (tmp_path / "n.ipynb").write_text("{")
    with pytest.raises(BadRound, match="cannot be read"):
        read_parameters(tmp_path / "n.ipynb")
    with pytest.raises(BadRound, match="does not exist"):
        read_parameters(tmp_path / "none.ipynb")


def test_a_cleaned_notebook_holds_no_time_address_or_folder(tmp_path):
    cell = "import os; print(os.getcwd(), object(), flush=True); print('b')"
    path = small_round.write_notebook(tmp_path / "n.ipynb", cell, parameters=TEXT)
    runs = [execute_notebook(path, GOOD, tmp_path, load_settings().units) for _ in range(2)]
    first, second = (notebook_bytes(r.notebook) for r in runs)
    assert first == second
    assert str(tmp_path).encode() not in first and b"papermill" not in first
    clean_notebook(runs[0].notebook)
    assert notebook_bytes(runs[0].notebook) == first


def test_quotes_and_code_in_a_value_arrive_as_they_are(tmp_path):
    value = '"; import os; x="\'\n</script>'
    path = small_round.write_notebook(tmp_path / "n.ipynb", "print(repr(court))", parameters=TEXT)
    found = execute_notebook(path, GOOD | {"court": value}, tmp_path, load_settings().units)
    assert found.notebook.cells[-1].outputs[0].text == repr(value) + "\n"
