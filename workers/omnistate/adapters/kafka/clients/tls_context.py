"""TLS towards Kafka: whom we trust, and who we are, from PEM files.

It opens no connection. A file that cannot be used is named with what is wrong with it.
"""

import ssl
from pathlib import Path
from typing import Literal, NoReturn, TypeAlias

Role: TypeAlias = Literal["ca", "cert", "key"]


class UnusableCredentials(ValueError):
    """A certificate or a key that cannot be used; the message is one line that names the file."""

    def __init__(self, role: Role, file: str, problem: str) -> None:
        """`role` says what the file was to be: whom to trust, our certificate, or its key."""
        super().__init__(f"{file}: {problem}")
        self.role = role


def make_context(
    ca_file: str | None, cert_file: str | None, key_file: str | None
) -> ssl.SSLContext:
    """The context of a client; without a CA file the system's authorities are trusted.

    Raises UnusableCredentials.
    """
    if ca_file is not None:
        _check("ca", ca_file, "-----BEGIN CERTIFICATE-----", "no certificate in PEM format")
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError as error:
        raise UnusableCredentials("ca", ca_file or "", _reason(error)) from None
    if cert_file is not None and key_file is not None:
        _check("cert", cert_file, "-----BEGIN CERTIFICATE-----", "no certificate in PEM format")
        _check("key", key_file, "PRIVATE KEY-----", "no private key in PEM format")
        _load_own(context, cert_file, key_file)
    return context


def _load_own(context: ssl.SSLContext, cert_file: str, key_file: str) -> None:
    def refuse() -> NoReturn:
        # OpenSSL would ask the terminal.
        raise UnusableCredentials(
            "key", key_file, "encrypted; a key without a passphrase is needed"
        )

    try:
        context.load_cert_chain(cert_file, key_file, password=refuse)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            problem = f"not the key of {cert_file}"
            raise UnusableCredentials("key", key_file, problem) from None
        raise UnusableCredentials("cert", cert_file, _reason(error)) from None


def _check(role: Role, file: str, mark: str, problem: str) -> None:
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise UnusableCredentials(role, file, str(error.strerror)) from None
    if mark.encode() not in content:
        raise UnusableCredentials(role, file, problem)


def _reason(error: ssl.SSLError) -> str:
    said = (error.reason or str(error)).lower().replace("_", " ")
    return f"OpenSSL cannot read it: {said}"
