"""Settings from files: which file is which, what goes first, what is said of a wrong one."""

import os
from pathlib import Path

import pytest
from omnistate.process.process_settings import UnusableSetting
from omnistate.process.settings_source import load_settings

PASSWORD = "geheim-und-lang-genug"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [each for each in os.environ if each.upper().startswith("OMNISTATE_")]:
        monkeypatch.delenv(name)
    made = tmp_path / "secrets"
    made.mkdir()
    monkeypatch.setenv("OMNISTATE_SECRETS_DIR", str(made))
    return made


def refusal() -> str:
    with pytest.raises(UnusableSetting) as refused:
        load_settings()
    return str(refused.value)


@pytest.mark.parametrize("name", ["omnistate_api_token", "OMNISTATE_API_TOKEN"])
def test_a_file_is_a_setting_in_either_case_without_its_last_newline(
    folder: Path, name: str
) -> None:
    (folder / name).write_text(f"{PASSWORD}\n")
    token = load_settings().api_token
    assert token is not None
    assert token.get_secret_value() == PASSWORD


def test_an_option_goes_before_a_variable_and_that_before_a_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "omnistate_brokers").write_text("file:1")
    assert load_settings().brokers == "file:1"
    monkeypatch.setenv("OMNISTATE_BROKERS", "variable:2")
    assert load_settings().brokers == "variable:2"
    assert load_settings(brokers="option:3").brokers == "option:3"


def test_the_folder_may_be_an_option(tmp_path: Path, folder: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "omnistate_brokers").write_text("other:1")
    (folder / "omnistate_brokers").write_text("file:1")
    assert load_settings(secrets_dir=str(other)).brokers == "other:1"


def test_a_folder_as_kubernetes_mounts_it_is_read_and_other_files_are_let_be(folder: Path) -> None:
    dated = folder / "..2026_11_30"
    dated.mkdir()
    (dated / "omnistate_topic_prefix").write_text("centre")
    (folder / "..data").symlink_to(dated.name)
    (folder / "omnistate_topic_prefix").symlink_to("..data/omnistate_topic_prefix")
    (folder / "postgres_password").write_text(PASSWORD)
    assert load_settings().topic_prefix == "centre"


def test_a_wrong_value_names_its_file_and_does_not_show_it(folder: Path) -> None:
    (folder / "omnistate_api_token").write_text("short")
    said = refusal()
    assert said.startswith(f"{folder / 'omnistate_api_token'}: 16 characters or more")
    assert "short" not in said


def test_a_file_that_is_no_setting_is_refused_with_the_nearest(folder: Path) -> None:
    (folder / "omnistate_sasl_pasword").write_text(PASSWORD)
    said = refusal()
    assert said == (
        f"{folder}: OMNISTATE_SASL_PASWORD: no such setting; did you mean OMNISTATE_SASL_PASSWORD?"
    )


def test_a_folder_that_is_not_there_is_refused(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMNISTATE_SECRETS_DIR", str(tmp_path / "none"))
    assert refusal() == f"OMNISTATE_SECRETS_DIR: no folder {tmp_path / 'none'}"


def test_what_cannot_be_read_is_refused_and_not_passed_over(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(PASSWORD)
    (folder / "omnistate_api_token").symlink_to(elsewhere)
    said = refusal()
    assert said.startswith("OMNISTATE_SECRETS_DIR: ")
    assert "resolves outside" in said
    (folder / "omnistate_api_token").unlink()
    (folder / "omnistate_api_token").write_bytes(b"\xff" + PASSWORD.encode())
    said = refusal()
    assert "not UTF-8" in said
    assert PASSWORD not in said
