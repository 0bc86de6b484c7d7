"""The `omnistate` command: what there is to do, and where it is done.

Only declarations: every command imports its machinery when it runs, so that `--help` is quick.
"""

import sys
import zoneinfo
from pathlib import Path
from typing import Annotated, Final

import typer

from omnistate.cli import audit, config, dead_letters, lag, send, top, topics, worker
from omnistate.stream.gc_tuning import tune_garbage_collection

# As a shell reports a process that SIGINT ended.
INTERRUPTED: Final = 130

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
app.add_typer(config.commands, name="config")
app.add_typer(dead_letters.commands, name="dead-letters")
app.add_typer(topics.commands, name="topics")
app.add_typer(worker.commands, name="worker")
app.command("send")(send.send)
app.command("lag")(lag.lag)
app.command("top")(top.top)
app.command("audit")(audit.audit)


def _print_version(wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import version

    from omnistate.stream.compilation import COMPILED

    print(f"omnistate {version('omnistate')}{', compiled' if COMPILED else ''}")
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
    """The conversation state engine for contact centres."""


@app.command()
def replay(
    events: Annotated[Path, typer.Argument(help="Input events, one CloudEvent a line.")],
    config: Annotated[Path, typer.Option("--config", help="CONFIG.yaml: workstreams and people.")],
    until: Annotated[
        str | None, typer.Option(help="Move the clock on to this time (RFC 3339) at the end.")
    ] = None,
    state: Annotated[
        bool, typer.Option("--state", help="Print the state at the end instead of the outputs.")
    ] = False,
) -> None:
    """Run the engine over a file of events and print every output, one line each."""
    from omnistate.cli.replay import run_replay

    raise typer.Exit(run_replay(events, config, until, print_state=state))


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="The same seed gives the same day.")] = 7,
    conversations: Annotated[
        int, typer.Option(min=1, max=100_000, help="About how many conversations.")
    ] = 1_500,
    out: Annotated[
        Path | None,
        typer.Option(help="Write inputs, outputs, configuration and the picture to this folder."),
    ] = None,
) -> None:
    """Run a contact centre's day through the engine on the embedded log, and sum it up."""
    from omnistate.cli.demo import run_demo

    raise typer.Exit(run_demo(seed, conversations, out))


def main() -> None:
    """The entry point of the `omnistate` command; misuse is one line and exit status 2."""
    tune_garbage_collection()
    # Time zones come from the pinned tzdata, so that midnights do not depend on the machine.
    zoneinfo.reset_tzpath(())
    try:
        status = app(sys.argv[1:] or ["--help"], prog_name="omnistate", standalone_mode=False)
    except typer.TyperException as error:
        print(f"omnistate: {' '.join(error.format_message().split())}", file=sys.stderr)
        status = error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        print("omnistate: interrupted", file=sys.stderr)
        status = INTERRUPTED
    sys.exit(status)


if __name__ == "__main__":
    main()
