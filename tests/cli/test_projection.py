"""`omnistate worker projection` refuses what it cannot use in one line, and shows no secret."""

import subprocess
import sys

import pytest
from omnistate.process.process_settings import Settings, UnusableSetting
from omnistate.process.settings_source import load_settings

from tests.cli.commands import COMMAND, ROOT

SECRET = "geheim-geheim-geheim"


def worker(**settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "worker", "projection"],
        env={f"OMNISTATE_{name.upper()}": value for name, value in settings.items()},
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
    )


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, "OMNISTATE_REDIS_URL"),
        ({"redis_url": f"http://:{SECRET}@host"}, "OMNISTATE_REDIS_URL"),
        ({"redis_url": f"redis://:{SECRET}@host:99999999/0"}, "OMNISTATE_REDIS_URL"),
        ({"redis_url": f"redis+sentinel://:{SECRET}@host"}, "OMNISTATE_REDIS_URL"),
        ({"redis_url": "redis://host", "api_token": "short"}, "OMNISTATE_API_TOKEN"),
        ({"redis_url": "redis://host", "api_token": f"{SECRET} "}, "OMNISTATE_API_TOKEN"),
    ],
)
def test_it_refuses_in_one_line(settings: dict[str, str], names: str) -> None:
    done = worker(**settings)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert names in done.stderr
    assert SECRET not in done.stderr


def test_settings_show_no_secret() -> None:
    settings = load_settings(redis_url=f"redis://:{SECRET}@host", api_token=SECRET)
    assert SECRET not in f"{settings!r} {settings}"
    assert settings.api_token is not None
    assert settings.api_token.get_secret_value() == SECRET
    with pytest.raises(UnusableSetting) as refused:
        load_settings(redis_url=f"ftp://:{SECRET}@host")
    assert SECRET not in str(refused.value)
    assert Settings.model_fields["api_token"].default is None


def test_the_token_is_no_option() -> None:
    done = subprocess.run(
        [sys.executable, *COMMAND[1:], "worker", "projection", "--help"],
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
    )
    assert "--redis-url" in done.stdout
    assert "--api-token" not in done.stdout
