"""Which settings are read again from their files, and what a worker shows of certificates."""

import os
import time
from pathlib import Path

import pytest
from omnistate.adapters.kafka.clients.certificate_dates import Validity
from omnistate.adapters.kafka.clients.credentials import Role
from omnistate.process.settings_source import load_settings
from omnistate.process.worker_metrics import WorkerMetrics

LOGIN = {"omnistate_sasl_username": "centre", "omnistate_sasl_password": "one"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [each for each in os.environ if each.upper().startswith("OMNISTATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OMNISTATE_SECRETS_DIR", str(tmp_path))
    for name, text in LOGIN.items():
        (tmp_path / name).write_text(f"{text}\n")
    return tmp_path


def test_a_login_in_files_is_that_of_each_connection(folder: Path) -> None:
    settings = load_settings(security_protocol="SASL_PLAINTEXT")
    connection = settings.connection
    assert settings.connection is connection
    credentials = connection.credentials
    assert (credentials.username(), credentials.password()) == ("centre", "one")
    (folder / "omnistate_sasl_username").write_text("other-centre")
    (folder / "omnistate_sasl_password").write_text("two")
    assert (credentials.username(), credentials.password()) == ("other-centre", "two")


def test_a_variable_goes_before_a_file_for_life(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("omnistate_sasl_password", "of-the-environment")
    credentials = load_settings(security_protocol="SASL_PLAINTEXT").connection.credentials
    (folder / "omnistate_sasl_password").write_text("two")
    assert credentials.password() == "of-the-environment"
    (folder / "omnistate_sasl_username").write_text("other-centre")
    assert credentials.username() == "other-centre"


def test_an_option_goes_before_a_file_for_life(folder: Path) -> None:
    given = {"security_protocol": "SASL_PLAINTEXT", "sasl_username": "by-hand"}
    credentials = load_settings(**given).connection.credentials
    (folder / "omnistate_sasl_username").write_text("other-centre")
    assert credentials.username() == "by-hand"


def certificates(metrics: WorkerMetrics) -> dict[str, float]:
    """What is shown of them, by metric and labels."""
    lines = metrics.expose().decode().splitlines()
    pairs = (each.rpartition(" ") for each in lines if each.startswith("omnistate_certificate"))
    return {place: float(value) for place, _, value in pairs}


def test_the_age_and_the_end_of_each_certificate_are_shown() -> None:
    now_s = time.time()
    found: dict[Role, Validity] = {"client": Validity(now_s - 100, now_s + 50)}
    metrics = WorkerMetrics()
    assert certificates(metrics) == {}
    metrics.watch_certificates(lambda: found)
    age = 'omnistate_certificate_age_seconds{role="client"}'
    expiry = 'omnistate_certificate_expiry_timestamp_seconds{role="client"}'
    shown = certificates(metrics)
    assert set(shown) == {age, expiry}
    assert 100 <= shown[age] <= 100 + time.time() - now_s
    assert shown[expiry] == now_s + 50
    # As of when it is asked: they are renewed meanwhile.
    found["client"] = Validity(now_s, now_s + 1_000)
    assert certificates(metrics)[expiry] == now_s + 1_000
