"""What is made of files: anew when they change, and the last that was of use meanwhile."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from omnistate.adapters.kafka.clients.renewed_files import Renewed


class Told:
    def __init__(self) -> None:
        self.said: list[str | None] = []

    def __call__(self, files: Sequence[str], problem: str | None) -> None:
        assert files
        self.said.append(problem)


def write(path: Path, text: str) -> None:
    """As whoever renews a file does: another one takes its place."""
    part = path.with_suffix(".part")
    part.write_text(text)
    part.replace(path)


class Rig:
    """A number in a file, and how often it was read."""

    def __init__(self, path: Path, first: int | None = None) -> None:
        self.path, self.reads, self.told = path, 0, Told()
        self.number = Renewed([str(path)], self.read, first)
        self.number.tell = self.told

    def read(self) -> int:
        self.reads += 1
        return int(self.path.read_text())


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    write(tmp_path / "number", "1")
    return Rig(tmp_path / "number")


def test_it_is_read_once_for_each_change(rig: Rig) -> None:
    assert [rig.number() for _ in range(5)] == [1] * 5
    assert rig.reads == 1
    write(rig.path, "2")
    assert [rig.number() for _ in range(5)] == [2] * 5
    assert rig.reads == 2
    assert rig.told.said == [None]


def test_what_cannot_be_used_leaves_the_last_in_force_and_is_said_once(rig: Rig) -> None:
    rig.number()
    write(rig.path, "many")
    assert [rig.number() for _ in range(5)] == [1] * 5
    assert len(rig.told.said) == 1
    assert "invalid literal" in str(rig.told.said[0])
    rig.path.unlink()
    assert rig.number() == 1
    assert "No such file" in str(rig.told.said[1])
    write(rig.path, "3")
    assert rig.number() == 3
    assert rig.told.said[2:] == [None]


def test_a_file_that_is_the_former_one_again_is_told_as_mended(rig: Rig) -> None:
    rig.number()
    kept = rig.path.with_suffix(".kept")
    os.link(rig.path, kept)
    write(rig.path, "many")
    rig.number()
    kept.replace(rig.path)
    assert rig.number() == 1
    assert rig.told.said[1:] == [None]


def test_without_anything_to_fall_back_on_the_problem_is_raised(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "none")
    with pytest.raises(FileNotFoundError):
        rig.number()
    assert rig.told.said == []
    write(rig.path, "4")
    assert rig.number() == 4


def test_the_first_value_counts_until_the_file_can_be_read(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "none", first=5)
    assert rig.number() == 5
    assert len(rig.told.said) == 1
    write(rig.path, "6")
    assert rig.number() == 6


def test_a_folder_as_kubernetes_mounts_it(tmp_path: Path) -> None:
    """A link to a link to a dated folder, which is exchanged as a whole."""
    for name, number in (("..1", "1"), ("..2", "2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "number").write_text(number)
        # Renewed within the same tick, and of the same size.
        os.utime(tmp_path / name / "number", ns=(0, 0))
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "number").symlink_to("..data/number")
    rig = Rig(tmp_path / "number")
    assert rig.number() == 1
    (tmp_path / "..new").symlink_to("..2")
    (tmp_path / "..new").replace(tmp_path / "..data")
    assert rig.number() == 2
