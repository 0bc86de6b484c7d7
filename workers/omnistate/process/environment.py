"""Settings' variables, and those that begin as they do: a slip of the pen, or Kubernetes'; pure.

A value is never told: it may be a password under a misspelt name.
"""

import re
from collections.abc import Container, Iterable, Mapping
from difflib import get_close_matches
from typing import Final

PREFIX: Final = "OMNISTATE_"
# Below that a name that is offered would rather puzzle; difflib's own default is 0.6.
LIKENESS: Final = 0.5
LIKENESS_OF_PORTS: Final = 0.65
# What Kubernetes gives a container for a service called omnistate or omnistate-something.
_SERVICE: Final = re.compile(
    r"OMNISTATE_(?:.+_)?"
    r"(?:SERVICE_HOST|SERVICE_PORT(?:_.+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)"
)
_SERVICE_PORT: Final = re.compile(r"OMNISTATE_(?:.+_)?PORT")
_ADDRESS: Final = re.compile(r"(?:tcp|udp|sctp)://\S+")


def variable_of(name: str) -> str:
    """The variable of a setting."""
    return PREFIX + name.upper()


def source_of(name: str, given: Container[str]) -> str:
    """What the user wrote a setting as: an option, if it is among those given, or a variable."""
    return f"--{name.replace('_', '-')}" if name in given else variable_of(name)


def find_unknown(environment: Mapping[str, str], known: Iterable[str]) -> str | None:
    """What to say of the variables that no setting reads, in one line; None where all are known.

    `known` are the settings' names without the prefix.
    """
    names = [name.upper() for name in known]
    unknown = sorted(
        name
        for name, value in environment.items()
        if name.upper().startswith(PREFIX)
        and name.upper().removeprefix(PREFIX) not in names
        and not _is_of_service(name, value, names)
    )
    if not unknown:
        return None
    nearest = _nearest(unknown[0], names)
    hint = f"; did you mean {PREFIX}{nearest}?" if nearest else ""
    more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
    return f"{unknown[0]}: no such setting{hint}{more}"


def is_address(value: str | None) -> bool:
    """Whether it is what Kubernetes writes for a port of a service: tcp://10.0.0.1:6066."""
    return value is not None and _ADDRESS.fullmatch(value) is not None


def _is_of_service(name: str, value: str, known: Iterable[str]) -> bool:
    """Whether Kubernetes has set this variable.

    OMNISTATE_X_PORT is the one name that a person may have meant: where its value is no address,
    and it is nearly the name of a setting.
    """
    if _SERVICE.fullmatch(name):
        return True
    if not _SERVICE_PORT.fullmatch(name):
        return False
    return is_address(value) or _nearest(name, known, LIKENESS_OF_PORTS) is None


def _nearest(name: str, known: Iterable[str], likeness: float = LIKENESS) -> str | None:
    wanted = name.upper().removeprefix(PREFIX)
    return next(iter(get_close_matches(wanted, list(known), 1, likeness)), None)
