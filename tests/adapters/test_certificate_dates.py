"""When certificates are valid, as openssl says it; and what is no certificate."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from omnistate.adapters.kafka.clients.certificate_dates import Validity, read_validities

from tests.harness.broker.broker_security import CONFIGURATION, NEW_KEY
from tests.harness.machine import give_up

# What X.509 writes with two digits of the year, and from 2050 on with four.
DATES = [("20260301120000Z", "20270301120000Z"), ("19700102000000Z", "20491231235959Z")]
DATES += [("20491231235959Z", "20500101000000Z"), ("20260101000000Z", "99991231235959Z")]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def make(folder: Path, begins: str, ends: str) -> str:
    """A certificate with these dates, in PEM."""
    openssl = shutil.which("openssl")
    if openssl is None:
        give_up("no openssl: apt-get install openssl")
    (folder / "openssl.cnf").write_text(CONFIGURATION)
    (folder / "index").write_text("")
    (folder / "serial").write_text("01")
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca = own\n[own]\ndatabase = index\nserial = serial\nnew_certs_dir = .\n"
        "default_md = sha256\npolicy = any\n[any]\ncommonName = supplied\n"
    )

    def run(*arguments: str) -> None:
        subprocess.run([openssl, *arguments], cwd=folder, capture_output=True, check=True)

    run("req", "-new", "-config", "openssl.cnf", *NEW_KEY, "-keyout", "key", "-out", "csr")
    own = ["-selfsign", "-keyfile", "key", "-in", "csr", "-out", "pem", "-notext", "-batch"]
    run("ca", "-config", "ca.cnf", *own, "-startdate", begins, "-enddate", ends)
    return (folder / "pem").read_text()


def seconds(written: str) -> float:
    """What Python's `ssl` makes of a date, in the form that it knows."""
    year, month, day = written[:4], int(written[4:6]), written[6:8]
    time = f"{written[8:10]}:{written[10:12]}:{written[12:14]}"
    return ssl.cert_time_to_seconds(f"{MONTHS[month - 1]} {day} {time} {year} GMT")


@pytest.mark.parametrize(("begins", "ends"), DATES)
def test_dates_are_read_as_they_were_written(tmp_path: Path, begins: str, ends: str) -> None:
    expected = Validity(seconds(begins), seconds(ends))
    assert read_validities(make(tmp_path, begins, ends)) == [expected]


def test_several_are_told_in_their_order_and_other_blocks_are_let_be(tmp_path: Path) -> None:
    parts = [make(tmp_path, *dates) for dates in DATES[:2]]
    key = (tmp_path / "key").read_text()
    told = read_validities("\n".join(["a remark", parts[0], key, parts[1]]))
    assert [each.begins_s for each in told] == [seconds(begins) for begins, _ in DATES[:2]]
    assert read_validities(key) == []


def test_what_is_no_certificate_is_refused(tmp_path: Path) -> None:
    whole = ssl.PEM_cert_to_DER_cert(make(tmp_path, *DATES[0]))
    for der in (b"", b"\x30", whole[:40], whole[:100], b"\x30\x82\xff\xff" + whole[4:]):
        with pytest.raises(ValueError, match="no certificate in X"):
            read_validities(ssl.DER_cert_to_PEM_cert(der))
