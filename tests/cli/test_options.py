"""Each setting of a command is an option with the setting's own sentence; secrets are none."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
import typer
from omnistate.cli.app import NAME, app
from omnistate.cli.options import PANEL, SECRETS, SettingsCommand
from omnistate.process.process_settings import Settings
from pydantic import SecretStr
from rich.console import Console


def commands(parent: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command by its path, groups aside."""
    group: Any = typer.main.get_command(app) if parent is None else parent
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(commands())
WITH_SETTINGS = [name for name in COMMANDS if name not in {"replay", "demo"}]


def help_of(name: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What `--help` says, on one line, without the frames."""
    app([*name.split(), "--help"], prog_name=NAME, standalone_mode=False)
    return " ".join(capsys.readouterr().out.replace("│", " ").split())


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    assert Console().width == 400


@pytest.mark.parametrize("name", WITH_SETTINGS)
def test_help_is_the_settings_own_sentence(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = help_of(name, capsys)
    options = [each for each in COMMANDS[name].params if each.rich_help_panel == PANEL]
    assert "brokers" in {option.name for option in options}
    for option in options:
        field = Settings.model_fields[option.name]
        assert field.description
        assert field.description in said
        assert f"[env var: OMNISTATE_{option.name.upper()}]" in said
        if field.default not in {None, ""}:
            assert f"[default: {field.default}]" in said
        for word in get_args(field.annotation):
            assert not isinstance(word, str) or word in said


@pytest.mark.parametrize("name", WITH_SETTINGS)
def test_secrets_are_no_options_and_are_named(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = help_of(name, capsys)
    assert "From the environment or OMNISTATE_SECRETS_DIR only: OMNISTATE_SASL_PASSWORD" in said
    assert ("OMNISTATE_API_TOKEN" in said) == (name == "worker projection")
    assert not {option.name for option in COMMANDS[name].params} & set(SECRETS)


def test_the_secrets_are_those_of_the_settings() -> None:
    fields = Settings.model_fields.items()
    assert {n for n, field in fields if SecretStr in get_args(field.annotation)} == set(SECRETS)


@pytest.mark.parametrize("name", WITH_SETTINGS)
def test_each_command_with_settings_tells_of_them(name: str) -> None:
    assert isinstance(COMMANDS[name], SettingsCommand)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_and_argument_has_its_sentence(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    help_of(name, capsys)
    command = COMMANDS[name]
    assert command.help
    assert command.help[0].isupper()
    for parameter in command.params:
        # Help is filled in for settings when it is shown.
        if parameter.rich_help_panel != PANEL:
            assert parameter.help, (name, parameter.name)
            assert parameter.help.endswith("."), (name, parameter.help)
