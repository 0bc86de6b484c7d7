"""Throw-away certificates: an authority, a broker's and a client's, made with the openssl command.

They are for a broker on the loopback interface. The authority's key is removed as soon as it has
signed, so nobody can add to them.
"""

import shutil
import subprocess
from pathlib import Path

from tests.harness.broker.jars import BrokerUnavailable

# A user of the SASL listeners, always there; the listener beside them asks nobody anything.
USERNAME, PASSWORD = "omnistate", "omnistate-secret"

# A configuration of our own, since the machine's adds extensions by itself. Strict clients
# (Python 3.13's are) insist on the key usages and on the two key identifiers.
CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
CN = omnistate
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[broker]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = IP:127.0.0.1, DNS:localhost
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
DAYS = "3650"


def make_certificates(folder: Path) -> None:
    """Make `folder` with ca.pem, client.pem, client.key and broker.pem (key and certificate)."""
    openssl = shutil.which("openssl")
    if openssl is None:
        raise BrokerUnavailable("openssl is needed for certificates: apt-get install openssl")
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)

    def run(*arguments: str) -> None:
        subprocess.run([openssl, *arguments], cwd=part, capture_output=True, check=True)

    (part / "openssl.cnf").write_text(CONFIGURATION, encoding="ascii")
    request = ["req", "-new", "-config", "openssl.cnf", *NEW_KEY]
    authority = ["-x509", "-extensions", "authority", "-days", DAYS]
    run(*request, *authority, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem")
    signer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-days", DAYS, "-extfile", "openssl.cnf"]
    for serial, owner in enumerate(("broker", "client"), start=1):
        files = ["-keyout", f"{owner}.key", "-out", f"{owner}.csr"]
        run(*request, "-subj", f"/CN={owner}", *files)
        files = ["-in", f"{owner}.csr", "-out", f"{owner}.pem"]
        extensions = ["-extensions", owner, "-set_serial", str(serial)]
        run("x509", "-req", *files, *signer, *extensions)
    key, certificate = part / "broker.key", part / "broker.pem"
    certificate.write_bytes(key.read_bytes() + certificate.read_bytes())
    for name in ("ca.key", "broker.key", "broker.csr", "client.csr", "openssl.cnf"):
        (part / name).unlink()
    part.rename(folder)
