"""Lines of files and pipes."""

import os
from pathlib import Path

import pytest
from omnistate.cli.lines import CHUNK_BYTES, read_lines


async def lines_of(path: Path) -> list[bytes]:
    file = os.open(path, os.O_RDONLY)
    try:
        return [line async for lines in read_lines(file) for line in lines]
    finally:
        os.close(file)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", [b""]),
        (b"a", [b"a"]),
        (b"a\nb\n", [b"a", b"b", b""]),
        (b"a\r\n\r\nb", [b"a", b"", b"b"]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb", [b"a", b"\xef\xbb\xbfb"]),
    ],
)
async def test_lines_without_their_ends(tmp_path: Path, content: bytes, lines: list[bytes]) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert await lines_of(path) == lines


async def test_a_line_may_lie_across_chunks(tmp_path: Path) -> None:
    wanted = [b"%d" % n * 3_000 for n in range(1_000)]
    path = tmp_path / "file"
    path.write_bytes(b"\n".join(wanted))
    assert path.stat().st_size > 4 * CHUNK_BYTES
    assert await lines_of(path) == wanted


async def test_a_pipe_gives_what_is_there_and_may_be_left(tmp_path: Path) -> None:
    reading, writing = os.pipe()

    async def read() -> bytes:
        os.write(writing, b"first\nsecond")
        async for lines in read_lines(reading):
            (line,) = lines
            return line
        raise AssertionError

    assert await read() == b"first"
    os.close(writing)
    os.close(reading)


async def test_an_error_is_raised(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        await lines_of(tmp_path)
