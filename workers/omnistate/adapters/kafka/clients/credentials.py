"""Who we are to Kafka, and whom we trust, as the files say whenever a connection is opened.

Connections that are open keep what they were opened with, as Kafka lets them. It opens none itself.
"""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeAlias

from omnistate.adapters.kafka.clients.certificate_dates import Validity, read_validities
from omnistate.adapters.kafka.clients.renewed_files import Renewed, Tell
from omnistate.adapters.kafka.clients.tls_context import make_context

# Whose certificate: the one that we show, or the one that we trust the brokers by.
Role: TypeAlias = Literal["client", "authority"]


class TlsFiles(NamedTuple):
    """Paths; None where there is none."""

    ca: str | None
    cert: str | None
    key: str | None


class LoginPart(NamedTuple):
    """A user's name or password: as it was at the start, and the file that has it, if one does."""

    value: str | None
    file: str | None = None


class _Tls(NamedTuple):
    context: ssl.SSLContext
    validities: Mapping[Role, Validity]


class Credentials:
    """Those of one cluster, for all clients of a process."""

    def __init__(self, username: LoginPart, password: LoginPart, tls: TlsFiles | None) -> None:
        """Without `tls` there is none. Nothing is read yet."""
        self._username: Final = _renewed(username)
        self._password: Final = _renewed(password)
        files = [each for each in tls or () if each is not None]
        self._tls: Final = None if tls is None else Renewed(files, lambda: _make_tls(tls))

    def watch(self, tell: Tell) -> None:
        """Have somebody told of files that were renewed, and of those that cannot be used."""
        for each in (self._username, self._password, self._tls):
            if each is not None:
                each.tell = tell

    def username(self) -> str | None:
        """The user of the next connection."""
        return None if self._username is None else self._username()

    def password(self) -> str | None:
        """The password of the next connection."""
        return None if self._password is None else self._password()

    def context(self) -> ssl.SSLContext | None:
        """What the next connection needs of TLS. Raises UnusableCredentials at the first time."""
        return None if self._tls is None else self._tls().context

    def validities(self) -> Mapping[Role, Validity]:
        """Of the certificates of the next connection, as far as they are in files of ours.

        Of several authorities the one that is valid for longest. Raises as `context` does.
        """
        return {} if self._tls is None else self._tls().validities


def _renewed(part: LoginPart) -> Renewed[str] | None:
    value, file = part
    if value is None:
        return None
    if file is None:
        return Renewed((), lambda: value)
    return Renewed((file,), lambda: _read_secret(file), value)


def _read_secret(file: str) -> str:
    try:
        found = Path(file).read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        # Its own text quotes what it has read.
        raise ValueError(f"{file}: not UTF-8") from None
    except OSError as error:
        raise ValueError(f"{file}: {error.strerror}") from None
    if not found:
        raise ValueError(f"{file}: empty")
    return found


def _make_tls(files: TlsFiles) -> _Tls:
    context = make_context(*files)
    validities: dict[Role, Validity] = {}
    if authorities := _read_dates(files.ca):
        validities["authority"] = max(authorities, key=lambda each: each.ends_s)
    if chain := _read_dates(files.cert):
        # Behind ours are those that lead from it to an authority.
        validities["client"] = chain[0]
    return _Tls(context, validities)


def _read_dates(file: str | None) -> list[Validity]:
    """None of a file in which OpenSSL reads more than we do."""
    if file is None:
        return []
    try:
        return read_validities(Path(file).read_text(encoding="utf-8", errors="replace"))
    except ValueError:
        return []
