"""The decoder against strangers: whatever the bytes are, it says Input or DeadLetter, never more.

What is taken is compared with Python's own JSON library, told to be careful.
"""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from omnistate.stream.ports import Headers

from tests.harness.events import EVENT, STARTED, STRUCTURED, of, outcome, record


def careful(value: bytes) -> str | None:
    """Why the plain JSON library, told to be careful, takes no object from these bytes."""

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) < len(pairs):
            raise ValueError("repeated")
        return dict(pairs)

    def refuse(text: str) -> None:
        raise ValueError(text)

    try:
        text = value.decode()
        text.encode()
        loaded = json.loads(text, object_pairs_hook=build, parse_constant=refuse)
        json.dumps(loaded, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        return str(error) or type(error).__name__
    return None if isinstance(loaded, dict) else "no object"


@given(value=st.one_of(st.none(), st.binary(max_size=300)), key=st.none() | st.binary(max_size=9))
def test_any_bytes(value: bytes | None, key: bytes | None) -> None:
    assert outcome(record(value, key=key)) == "undecodable"


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(("content-type", "Content-Type", "ce_id", "CE_TYPE", "ce_subject", "x")),
        st.sampled_from((b"", b"c1", b"application/json", STRUCTURED)) | st.binary(max_size=9),
    ),
    max_size=6,
).map(tuple)
ODD = (
    b"NaN",
    b"1e999",
    b"-",
    b'"\\ud800"',
    b"9" * 4_301,
    b"[" * 2_000,
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid event with some of its bytes cut out, doubled, moved or replaced."""
    text = json.dumps(draw(st.sampled_from((EVENT, STARTED)))).encode()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 40)))
        piece = text[start:end]
        other = draw(
            st.sampled_from((b"", piece * 2, *ODD, b" ", b"\t:", b'":', b",", b"null", b"{}"))
            | st.binary(max_size=4)
        )
        text = text[:start] + other + text[end:]
    return text


@settings(max_examples=700, deadline=None)
@given(value=mutated(), headers=HEADERS)
@example(value=b'{"a":{"b":' + b"9" * 4_301 + b"}}", headers=())
@example(value=b'{"a" :' + b"-" + b"9" * 4_300 + b"}", headers=())
def test_a_spoilt_event(value: bytes, headers: Headers) -> None:
    told = outcome(record(value, headers))
    if told in {"decoded", "problem"}:
        assert careful(value) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)


@settings(max_examples=250, deadline=None)
@given(changed=st.dictionaries(st.sampled_from((*EVENT, "traceparent", "x")), JSON))
def test_members_of_any_kind(changed: dict[str, Any]) -> None:
    """NaN and infinities are written as Python writes them: no JSON."""
    one = of(EVENT | changed)
    assert one.value is not None
    if careful(one.value) is not None:
        assert outcome(one) == "undecodable"
    else:
        outcome(one)


@settings(max_examples=150, deadline=None)
@given(data=st.dictionaries(st.sampled_from(("representative_id", "to", "kind", "id", "x")), JSON))
def test_data_of_any_kind(data: dict[str, Any]) -> None:
    one = of(EVENT | {"data": data})
    assert one.value is not None
    refused = careful(one.value) is not None
    assert outcome(one) in ({"undecodable"} if refused else {"decoded", "problem"})


SPACES = st.sampled_from(("", " ", "\n", "\t", "\r", " \r\n\t "))
NAMES = {
    "a": ('"a"', '"\\u0061"'),
    'a":': ('"a\\":"', '"\\u0061\\u0022:"'),
    "b :": ('"b :"', '"b\\u0020:"'),
    "to": ('"to"', '"t\\u006f"'),
    "data": ('"data"', '"dat\\u0061"'),
}


@st.composite
def objects(draw: st.DrawFn, depth: int = 0) -> str:
    """The text of an object whose members may be repeated, in any spelling and spacing."""
    members = []
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from(draw(st.sampled_from(tuple(NAMES.values())))))
        inner = st.sampled_from(("1", '"x"', '"\\":"', '" :"', "[]", '["a"]'))
        if depth < 3:
            inner = inner | objects(depth + 1) | objects(depth + 1).map(lambda one: f"[{one}]")
        members.append(f"{name}{draw(SPACES)}:{draw(SPACES)}{draw(inner)}")
    return "{" + ",".join(members) + "}"


@pytest.mark.slow
@settings(max_examples=700, deadline=None)
@given(inside=objects(), in_target=st.booleans(), before=st.booleans())
def test_repeated_members_are_found_at_every_level(
    inside: str, in_target: bool, before: bool
) -> None:
    """Agrees with the library's own list of the members, object by object."""
    extra = f'"extra":{inside}'
    data = json.dumps(EVENT["data"])
    if in_target:
        data = data.replace('"kind"', f'{extra},"kind"')
    text = json.dumps({**EVENT, "data": 0}).replace('"data": 0', f'"data": {data}')
    if not in_target:
        text = "{" + f"{extra}," + text[1:] if before else f"{text[:-1]},{extra}" + "}"
    value = text.encode()
    assert outcome(record(value)) == ("decoded" if careful(value) is None else "undecodable")
