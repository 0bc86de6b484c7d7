"""The overlay with TLS and a login, brought up by the commands of its how-to, one after the other.

A copy of `deploy` stands for a checkout. The tests go on from one another, in this order.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from tests.deploy.compose_rig import BuiltImages, Compose
from tests.deploy.container_engine import ROOT
from tests.harness.waiting import wait_until

PROFILES: Final = "core,monitoring,demo"
FILES: Final = ("compose.yaml", "compose.tls.yaml")
GROUPS: Final = ("conversation", "representative", "projection", "figures", "router")
HOW_TO: Final = ROOT / "docs/how-to/run-with-compose.md"
TAKEN: Final = "sum(omnistate_inputs_total)"
LAG: Final = "sum(omnistate_group_lag_records)"
EXPIRY: Final = 'min(omnistate_certificate_expiry_timestamp_seconds{role="authority"})'

pytestmark = [pytest.mark.deploy, pytest.mark.slow]


def commands() -> list[str]:
    """The how-to's blocks on TLS: make keys, bring it up, another password, another certificate."""
    section = HOW_TO.read_text(encoding="utf-8").split("## With TLS and a password")[1]
    found = re.findall(r"^```bash\n(.+?)^```", section, re.DOTALL | re.MULTILINE)
    assert len(found) == 4
    return found


def carry_out(compose: Compose, command: str) -> None:
    """As a person types it, in the folder of the compose files."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=compose.folder,
        env=compose.variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-3_000:]}{done.stderr[-3_000:]}"


@pytest.fixture(scope="module")
def compose(
    built_images: BuiltImages, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Compose]:
    """All of it, up and healthy, with TLS."""
    deploy = tmp_path_factory.mktemp("checkout") / "deploy"
    shutil.copytree(ROOT / "deploy", deploy)
    found = Compose(*built_images, PROFILES, FILES, deploy / "compose")
    make_keys, bring_up, *_ = commands()
    try:
        carry_out(found, make_keys)
        carry_out(found, bring_up)
        yield found
    finally:
        found.run("down", "--volumes", "--timeout", "30")


def works_on(compose: Compose) -> None:
    """Wait until more is taken than now."""
    since = compose.value(TAKEN) or 0
    wait_until("they work", lambda: (compose.value(TAKEN) or 0) > since + 200)


def log_of(compose: Compose, service: str) -> str:
    return compose.run("logs", "--no-log-prefix", service)


def test_a_day_goes_on_over_tls(compose: Compose) -> None:
    works_on(compose)
    assert {each["State"] for name in GROUPS for each in compose.states()[name]} == {"running"}


def test_nobody_gets_in_without_tls_or_with_another_password(compose: Compose) -> None:
    reach = ("exec", "-T", "--env")
    command = ("lag", "/opt/omnistate/bin/omnistate", "lag")
    plain = compose.attempt(*reach, "OMNISTATE_SECURITY_PROTOCOL=SASL_PLAINTEXT", *command)
    assert plain.returncode in {2, 3}, plain.stdout
    other = ("OMNISTATE_SECRETS_DIR=/tmp", "--env", "OMNISTATE_SASL_USERNAME=omnistate")
    wrong = compose.attempt(*reach, *other, "--env", "OMNISTATE_SASL_PASSWORD=guessed", *command)
    assert wrong.returncode == 2, wrong.stderr
    assert "guessed" not in wrong.stdout + wrong.stderr


def test_another_password_is_taken_up_while_people_work(compose: Compose) -> None:
    secret = compose.folder / "secrets" / "omnistate_sasl_password"
    former = secret.read_text(encoding="utf-8")
    carry_out(compose, commands()[2])
    assert secret.read_text(encoding="utf-8") != former
    works_on(compose)
    for password in (former.strip(), secret.read_text(encoding="utf-8").strip()):
        assert not any(password in log_of(compose, name) for name in (*GROUPS, "lag", "demo"))


def test_another_certificate_is_taken_up_and_the_password_with_it(
    compose: Compose, say: Callable[[str], None]
) -> None:
    """The broker ends every connection: each is made anew with what the files say now."""
    before = compose.value(EXPIRY)
    assert before is not None
    carry_out(compose, commands()[3])
    wait_until("it is told", lambda: (compose.value(EXPIRY) or 0) > before)
    works_on(compose)
    for name in GROUPS:
        assert "credentials_renewed" in log_of(compose, name), name
        say(f"{name}: {sum(each['State'] == 'running' for each in compose.states()[name])} run")
    assert {each["State"] for name in GROUPS for each in compose.states()[name]} == {"running"}


def test_an_audit_finds_nothing(compose: Compose, say: Callable[[str], None]) -> None:
    compose.run("stop", "demo")
    wait_until("all is taken", lambda: compose.value(LAG) == 0)
    audited = compose.omnistate("audit")
    say(audited.stdout)
    assert audited.returncode == 0, audited.stdout[-3_000:]
