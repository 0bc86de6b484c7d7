"""Options for settings: each setting of a command is also an option of it.

It declares options only; the values are the settings' business.
"""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Final

import typer

CLUSTER: Final = (
    "brokers",
    "topic_prefix",
    "security_protocol",
    "sasl_mechanism",
    "sasl_username",
    "ssl_ca_file",
    "ssl_cert_file",
    "ssl_key_file",
)
TOPICS: Final = ("topics_file",)
WORKER: Final = (
    *TOPICS,
    "web_host",
    "web_port",
    "log_level",
    "log_format",
    "session_timeout",
    "timer_grace",
)


def with_settings(*names: str) -> Callable[[Callable[..., int]], Callable[..., None]]:
    """Call a command with `settings`, from the environment and from an option for each of `names`.

    The command returns its exit status. An unusable setting is a usage error.
    """

    def decorate(command: Callable[..., int]) -> Callable[..., None]:
        @wraps(command)
        def run(**arguments: Any) -> None:
            from omnistate.process.process_settings import UnusableSetting, load_settings

            options = {name: arguments.pop(name) for name in names}
            try:
                settings = load_settings(**options)
            except UnusableSetting as error:
                raise typer.BadParameter(str(error)) from None
            raise typer.Exit(command(settings=settings, **arguments))

        own = [
            parameter
            for parameter in inspect.signature(command).parameters.values()
            if parameter.name != "settings"
        ]
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
            + [_option(name) for name in names]
        )
        return run

    return decorate


def _option(name: str) -> inspect.Parameter:
    option = typer.Option(
        help=f"Overrules OMNISTATE_{name.upper()}.",
        rich_help_panel="Settings",
        show_default=False,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[str | None, option],
    )
