"""A node whose clock is off by some milliseconds: Kafka's own clock class, with an offset added.

libfaketime makes a Java process thirty times slower, since that asks for the time all the while.
Here one method of one small class gets two more instructions; the rest of the node is as it was.
"""

import struct
import zipfile
from pathlib import Path
from typing import Final, NamedTuple

CLASS: Final = "org/apache/kafka/common/utils/SystemTime.class"
METHOD: Final = b"milliseconds"

# Of the class file format (chapter 4 of the Java virtual machine's specification).
_SIZES: Final = {7: 2, 8: 2, 16: 2, 19: 2, 20: 2, 15: 3} | dict.fromkeys(
    (3, 4, 9, 10, 11, 12, 17, 18), 4
)
_UTF8, _LONG, _DOUBLE = 1, 5, 6
_NOTHING, _INVOKE_STATIC, _LOAD_LONG, _ADD, _RETURN = 0x00, 0xB8, 0x14, 0x61, 0xAD


class _Pool(NamedTuple):
    """The constants of a class: where they end, the next number, and those that are texts."""

    end: int
    size: int
    texts: dict[int, bytes]


def write_clock(jars: Path, folder: Path, offset_ms: int) -> None:
    """Put the class into `folder`, which goes before the jars in Java's class path."""
    (clients,) = jars.glob("kafka-clients-*.jar")
    with zipfile.ZipFile(clients) as jar:
        shifted = shift_clock(jar.read(CLASS), offset_ms)
    path = folder / CLASS
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(shifted)


def shift_clock(code: bytes, offset_ms: int) -> bytes:
    """The class with the offset added to what `milliseconds` gives. Raises ValueError."""
    pool = _read_pool(code)
    names = [index for index, text in pool.texts.items() if text == METHOD]
    attributes = [index for index, text in pool.texts.items() if text == b"Code"]
    if len(names) != 1 or len(attributes) != 1:
        raise ValueError(f"{CLASS} is not as it was")
    # System.currentTimeMillis(); return
    former = struct.Struct(">HIHHIBHB")
    for at in range(pool.end, len(code) - former.size):
        name, _, stack, _, size, call, method, end = former.unpack_from(code, at)
        if (name, stack, size, call, end) == (attributes[0], 2, 4, _INVOKE_STATIC, _RETURN):
            # It is `milliseconds` and not `nanoseconds`: the method's head names it.
            (head,) = struct.unpack_from(">H", code, at - 6)
            if head == names[0]:
                return _rewrite(code, pool, at, method, offset_ms)
    raise ValueError(f"{CLASS}: {METHOD.decode()} is not as it was")


def _rewrite(code: bytes, pool: _Pool, at: int, method: int, offset_ms: int) -> bytes:
    attribute, length, _, variables, size = struct.unpack_from(">HIHHI", code, at)
    # The table of variables ends at byte 4, where an instruction has to begin: hence the nothing.
    call = (_INVOKE_STATIC, method, _NOTHING)
    body = struct.pack(">BHBBHBB", *call, _LOAD_LONG, pool.size, _ADD, _RETURN)
    grown = len(body) - size
    head = struct.pack(">HIHHI", attribute, length + grown, 4, variables, len(body))
    # A long takes two places of the constants.
    count = struct.pack(">H", pool.size + 2)
    constant = struct.pack(">Bq", _LONG, offset_ms)
    before = code[:8] + count + code[10 : pool.end] + constant + code[pool.end : at]
    return before + head + body + code[at + len(head) + size :]


def _read_pool(code: bytes) -> _Pool:
    (count,) = struct.unpack_from(">H", code, 8)
    at, index, texts = 10, 1, dict[int, bytes]()
    while index < count:
        tag = code[at]
        if tag == _UTF8:
            (size,) = struct.unpack_from(">H", code, at + 1)
            texts[index] = code[at + 3 : at + 3 + size]
            at += 3 + size
        elif tag in {_LONG, _DOUBLE}:
            at += 9
            index += 1
        else:
            at += 1 + _SIZES[tag]
        index += 1
    return _Pool(at, count, texts)
