"""From when until when certificates are valid, read from PEM: two fields of X.509, and no more.

Python's `ssl` tells them of authorities alone. It judges nothing: whether a certificate is any
good, OpenSSL says.
"""

import re
import ssl
from datetime import UTC, datetime
from typing import Final, NamedTuple

_BLOCK: Final = re.compile(
    r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL | re.ASCII
)
# Tags of DER (X.690), and how their times are written.
_VERSION, _SHORT_TIME, _LONG_TIME = 0xA0, 0x17, 0x18
_TIMES: Final = {_SHORT_TIME: "%y%m%d%H%M%SZ", _LONG_TIME: "%Y%m%d%H%M%SZ"}
# Of the certificate's body, behind the version: number, algorithm, issuer; then its dates.
_BEFORE_DATES: Final = 3


class Validity(NamedTuple):
    """Both in seconds since 1970."""

    begins_s: float
    ends_s: float


def read_validities(pem: str) -> list[Validity]:
    """Of each certificate in the text, in its order. Raises ValueError for one that is none."""
    return [_validity(ssl.PEM_cert_to_DER_cert(block)) for block in _BLOCK.findall(pem)]


def _validity(der: bytes) -> Validity:
    try:
        _, start, _ = _field(der, 0)
        _, at, _ = _field(der, start)
        tag, _, end = _field(der, at)
        if tag == _VERSION:
            at = end
        for _ in range(_BEFORE_DATES):
            _, _, at = _field(der, at)
        _, at, _ = _field(der, at)
        begins_s, at = _time(der, at)
        return Validity(begins_s, _time(der, at)[0])
    except (IndexError, KeyError):
        raise ValueError("no certificate in X.509") from None


def _field(der: bytes, at: int) -> tuple[int, int, int]:
    """A field's tag, where its content begins, and where it ends."""
    tag, length, start = der[at], der[at + 1], at + 2
    if length > 0x7F:
        start += length & 0x7F
        length = int.from_bytes(der[at + 2 : start])
    if start + length > len(der):
        raise IndexError
    return tag, start, start + length


def _time(der: bytes, at: int) -> tuple[float, int]:
    tag, start, end = _field(der, at)
    said = der[start:end].decode("ascii")
    found = datetime.strptime(said, _TIMES[tag]).replace(tzinfo=UTC)
    if tag == _SHORT_TIME and found.year >= 2050:
        # Two digits mean 1950 to 2049 here; Python takes those up to 68 for this century's.
        found = found.replace(year=found.year - 100)
    return found.timestamp(), end
