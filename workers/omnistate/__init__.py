"""omnistate: the conversation state engine for contact centres.

The rooms point downwards: cli, demo, audit, process, adapters, projections, stream, core. As a
library it decides and replays without a broker, as it does behind one:

    directory = Directory({"support": Workstream(channel="live_chat")})
    replay = Replay(directory)
    outputs = list(replay.feed(lines))  # CloudEvents in, one JSON a line; outputs likewise
    context = Context.in_memory(directory)  # or one input at a time, pure
    outcome, conversation, facts = decide(None, read_input(event, "channel-events", 0, 0), context)

`Workstream` and the other words are `omnistate_schemas`'. What is not in `__all__` may change with
any release.
"""

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from omnistate.core.conversation.context import Context
    from omnistate.core.conversation.decision import decide
    from omnistate.core.directory import Directory
    from omnistate.stream.conversation.decoding import read_input
    from omnistate.stream.conversation.replay import Replay

    __version__: str

__all__ = ["Context", "Directory", "Replay", "__version__", "decide", "read_input"]

# Looked up when first asked for: a worker that imports one room must not load the others.
_HOMES = {
    "Context": "omnistate.core.conversation.context",
    "Directory": "omnistate.core.directory",
    "Replay": "omnistate.stream.conversation.replay",
    "decide": "omnistate.core.conversation.decision",
    "read_input": "omnistate.stream.conversation.decoding",
}


def __getattr__(name: str) -> Any:
    """A public name, from the room where it lives."""
    if name == "__version__":
        return metadata.version("omnistate")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
