"""The package as others import it: its documented lines, its public names, its JSON Schemas."""

import json
import subprocess
import sys
import tomllib

import omnistate_schemas
import pytest
from omnistate_schemas import published
from omnistate_schemas.__main__ import main
from omnistate_schemas.generators.documents import FOLDER, ROOT, json_schemas

CHANGE = json_schemas()["conversation.state_changed"]
ASSIGN = json_schemas()["router.assign"]["examples"][0]


def shown() -> str:
    """The indented lines of the docstring, as one program."""
    lines = (omnistate_schemas.__doc__ or "").splitlines()
    return "\n".join(line.strip() for line in lines if line.startswith("    "))


def test_the_documented_lines_work() -> None:
    found = {name: getattr(omnistate_schemas, name) for name in omnistate_schemas.__all__}
    found |= {"text": json.dumps(ASSIGN), "value": json.dumps(CHANGE["examples"][0])}
    assert shown().count("\n") == 4
    exec(compile(shown(), "omnistate_schemas.__doc__", "exec"), found)
    assert type(found["event"]).__name__ == "RouterAssign"
    assert found["topic"] == "agent-actions"
    assert found["change"].data.rule == "O1"
    assert found["centre"].workstreams["chat"].channel == "live_chat"
    assert found["schema"] == CHANGE


def test_every_public_name_is_there_and_no_other() -> None:
    assert dir(omnistate_schemas) == sorted(omnistate_schemas.__all__)
    assert set(omnistate_schemas.__all__) - {"__version__"} == set(omnistate_schemas._HOMES)
    assert not hasattr(omnistate_schemas, "Untitled")


def test_the_version_is_that_of_both_distributions() -> None:
    for path in ("pyproject.toml", "schemas/pyproject.toml"):
        project = tomllib.loads((ROOT / path).read_text(encoding="utf-8"))["project"]
        assert project["version"] == omnistate_schemas.__version__, path


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import omnistate_schemas", ("pydantic", "omnistate_schemas.")),
        ("from omnistate_schemas import format_time", ("pydantic", "omnistate_schemas.registry")),
        ("from omnistate_schemas import INPUT, OUTPUT", ("omnistate_schemas.configuration",)),
        ("from omnistate_schemas import read_schema", ("pydantic",)),
    ],
)
def test_nothing_is_imported_that_is_not_asked_for(code: str, absent: tuple[str, ...]) -> None:
    program = f"import sys; {code}; print(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=False,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    loaded = [name for name in ended.stdout.split() if name.startswith(absent)]
    assert not loaded


def test_the_published_schemas_are_the_generated_ones() -> None:
    assert published.folder() == ROOT / FOLDER
    assert {name: published.read_schema(name) for name in published.schema_names()} == (
        json_schemas()
    )
    for wrong in ("unknown", "asyncapi"):
        with pytest.raises(KeyError, match=wrong):
            published.read_schema(wrong)


def test_the_command_prints_names_or_a_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.split() == published.document_names()
    for name, path in (
        ("bot.end", FOLDER / "bot.end.json"),
        ("asyncapi", "schemas/asyncapi.yaml"),
        ("openapi", "schemas/openapi.json"),
    ):
        assert main([name]) == 0
        assert capsys.readouterr().out == (ROOT / path).read_text(encoding="utf-8")
    for wrong in (["bot.vanished"], ["bot.end", "queue"]):
        assert main(wrong) == 2
        ended = capsys.readouterr()
        assert (ended.out, ended.err.count("\n")) == ("", 1)
