"""The `omnistate` command: what there is to do, and where it is done.

Only declarations: every command imports its machinery when it runs, so that `--help` is quick.
"""

import sys
import zoneinfo
from pathlib import Path
from typing import Annotated, Final

import typer

from omnistate.cli import (
    audit,
    config,
    dead_letters,
    figures,
    inputs,
    lag,
    router,
    send,
    states,
    tables,
    top,
    topics,
    worker,
)
from omnistate.cli.command_end import run_command, say
from omnistate.cli.options import SettingsCommand, command_name
from omnistate.cli.standard_output import guard_standard_error, guard_standard_output
from omnistate.process.errors import ExitStatus
from omnistate.stream.gc_tuning import tune_garbage_collection

NAME: Final = "omnistate"

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_show_locals=False,
)


def _print_version(wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import version

    from omnistate.stream.compilation import COMPILED

    print(f"{NAME} {version(NAME)}{', compiled' if COMPILED else ''}")
    raise typer.Exit


@app.callback()
def describe(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=_print_version,
            help="Print the version, and whether the engine is compiled.",
        ),
    ] = False,
) -> None:
    """The conversation state engine for contact centres.

    Settings come from the environment (OMNISTATE_…); all but secrets are also options of the
    commands that use them.

    Exit status: 0 done; 1 something was found to be wrong, or was waited for in vain; 2 a person
    has to mend something first; 3 Kafka or Redis cannot be reached.
    """


@app.command()
def replay(
    events: Annotated[
        Path, typer.Argument(metavar="EVENTS.jsonl", help="Input events, one CloudEvent a line.")
    ],
    config: Annotated[
        Path, typer.Option("--config", metavar="CONFIG.yaml", help="The centre's configuration.")
    ],
    until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Then move the clock on to this time (RFC 3339)."),
    ] = None,
    state: Annotated[
        bool, typer.Option("--state", help="Print the state at the end instead of the outputs.")
    ] = False,
    sort: Annotated[
        bool, typer.Option("--sort", help="Take the events in order of their `time`.")
    ] = False,
) -> None:
    """Run the engine over a file of events and print every output, one line each."""
    from omnistate.cli.replay import run_replay

    def act() -> int:
        return run_replay(events, config, until, print_state=state, sort=sort)

    raise typer.Exit(run_command("replay", act))


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="The same seed gives the same day.")] = 7,
    conversations: Annotated[
        int, typer.Option(min=1, max=100_000, help="About how many conversations it has.")
    ] = 1_500,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write inputs, outputs, configuration, routing and the picture there.",
        ),
    ] = None,
) -> None:
    """Run a contact centre's day through the workers on the embedded log, and sum it up."""
    from omnistate.cli.demo import run_demo

    raise typer.Exit(run_command("demo", lambda: run_demo(seed, conversations, out)))


# In the order in which help lists them.
app.command("send", cls=SettingsCommand)(send.send)
app.command("lag", cls=SettingsCommand)(lag.lag)
app.command("top", cls=SettingsCommand)(top.top)
app.command("figures", cls=SettingsCommand)(figures.figures)
app.command("audit", cls=SettingsCommand)(audit.audit)
app.add_typer(topics.commands, name="topics")
app.add_typer(config.commands, name="config")
app.add_typer(inputs.commands, name="inputs")
app.add_typer(dead_letters.commands, name="dead-letters")
app.add_typer(states.commands, name="states")
app.add_typer(tables.commands, name="tables")
app.add_typer(router.commands, name="router")
app.add_typer(worker.commands, name="worker")


def main() -> None:
    """The entry point of the `omnistate` command: whatever a person can mend is one line."""
    tune_garbage_collection()
    # Time zones come from the pinned tzdata, so that midnights do not depend on the machine.
    zoneinfo.reset_tzpath(())
    guard_standard_output()
    guard_standard_error()
    try:
        status = run_command("", lambda: _run(sys.argv[1:] or ["--help"]))
        # Here, where it can still be told: at Python's own end it would be a traceback.
        status = run_command("", _flush) or status
    except (typer.Abort, KeyboardInterrupt):
        status = say("", "interrupted", ExitStatus.INTERRUPTED)
    sys.exit(status)


def _flush() -> int:
    sys.stdout.flush()
    return ExitStatus.DONE


def _run(arguments: list[str]) -> int:
    try:
        status: int = app(arguments, prog_name=NAME, standalone_mode=False) or ExitStatus.DONE
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        name = command_name(context) if context is not None else ""
        message = " ".join(error.format_message().split())
        hint = " ".join([NAME, name, "--help"]).replace("  ", " ")
        return say(name, f"{message} (see {hint})", error.exit_code)
    return status


if __name__ == "__main__":
    main()
