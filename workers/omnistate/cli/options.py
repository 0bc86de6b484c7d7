"""Options for settings: each setting of a command is also an option of it.

It declares options only; the values are the settings' business. What an option means is said by its
setting, which is asked only where help is shown: its machinery takes its time to import.
"""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final, get_args

import typer
from typer.core import TyperCommand, TyperOption

from omnistate.cli.command_end import run_command

PREFIX: Final = "OMNISTATE_"
PANEL: Final = "Settings"
CLUSTER: Final = (
    "brokers",
    "topic_prefix",
    "security_protocol",
    "sasl_mechanism",
    "sasl_username",
    "ssl_ca_file",
    "ssl_cert_file",
    "ssl_key_file",
    "secrets_dir",
    "sasl_password",
)
TOPICS: Final = ("topics_file",)
# Everybody on the machine sees the options of a process, so these are none.
SECRETS: Final = ("sasl_password", "api_token")
WORKER: Final = (
    *TOPICS,
    "web_host",
    "web_port",
    "health_port",
    "log_level",
    "log_format",
    "session_timeout",
    "instance_id",
    "wait_for_topics",
    "timer_grace",
    "unreadable",
)
# Of these, what only a worker on the partition task has a use for.
OF_PARTITIONS: Final = ("timer_grace", "unreadable")
# And what Faust's workers have not: Faust is no static member.
OF_MEMBERS: Final = (*OF_PARTITIONS, "instance_id")
# And what is of no use to a worker without a group.
OF_GROUPS: Final = (*OF_MEMBERS, "session_timeout")


class SettingsCommand(TyperCommand):
    """A command whose help tells of its settings: what they are, their defaults and variables."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        from omnistate.process.process_settings import Settings

        for option in self.params:
            field = Settings.model_fields.get(option.name or "")
            if isinstance(option, TyperOption) and option.rich_help_panel == PANEL and field:
                option.help = " ".join([field.description or "", *_choices(field.annotation)])
                option.metavar = _metavar(field.annotation)
                shown = None if field.default == "" else field.default
                option.default, option.show_default = shown, True
        super().format_help(ctx, formatter)


def with_settings(*names: str) -> Callable[[Callable[..., int]], Callable[..., None]]:
    """Call a command with `settings`, from the environment and from an option for each of `names`.

    Secrets among them are no options; the command's help names their variables. The command returns
    its exit status; what it raises is a fault, told in one line, or a bug.
    """
    options = [name for name in names if name not in SECRETS]
    secrets = [f"{PREFIX}{name.upper()}" for name in names if name in SECRETS]

    def decorate(command: Callable[..., int]) -> Callable[..., None]:
        @wraps(command)
        def run(context: typer.Context, **arguments: Any) -> None:
            values = {name: arguments.pop(name) for name in options}
            given = {name: values[name] for name in options if not _is_variable(context, name)}

            def act() -> int:
                from omnistate.process.settings_source import load_settings

                return command(settings=load_settings(**given), **arguments)

            raise typer.Exit(run_command(command_name(context), act))

        own = [
            parameter
            for parameter in inspect.signature(command).parameters.values()
            if parameter.name != "settings"
        ]
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [inspect.Parameter("context", KEYWORD, annotation=typer.Context)]
            + [each.replace(kind=KEYWORD) for each in own]
            + [_option(name) for name in options]
        )
        note = f"From the environment or OMNISTATE_SECRETS_DIR only: {', '.join(secrets)}."
        run.__doc__ = f"{inspect.getdoc(command)}\n\n{note}"
        return run

    return decorate


def command_name(context: Any) -> str:
    """What a command is called behind `omnistate`."""
    return str(context.command_path).partition(" ")[2]


KEYWORD: Final = inspect.Parameter.KEYWORD_ONLY


def _option(name: str) -> inspect.Parameter:
    option = typer.Option(
        envvar=f"{PREFIX}{name.upper()}",
        rich_help_panel=PANEL,
        show_default=False,
    )
    return inspect.Parameter(name, KEYWORD, default=None, annotation=Annotated[str | None, option])


def _is_variable(context: typer.Context, name: str) -> bool:
    """Then settings read it themselves, and name the variable where it is wrong."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "ENVIRONMENT"


def _choices(annotation: Any) -> list[str]:
    """Which words are meant, in a sentence where there are some."""
    words = [each for each in get_args(annotation) if isinstance(each, str)]
    return [f"{', '.join(words[:-1])} or {words[-1]}."] if words else []


def _metavar(annotation: Any) -> str:
    """What kind of value is meant."""
    kinds = {int: "NUMBER", float: "SECONDS", str: "TEXT", Path: "FILE"}
    inner = next((each for each in get_args(annotation) if each is not type(None)), annotation)
    return kinds.get(inner, "WORD")
