from __future__ import annotations

import shutil
import ssl
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from tools.lan_certificates import (
    SERVER_DAYS,
    Pair,
    ensure_certificates,
    make_authority,
    make_server,
)

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
NAMES = ["192.168.1.20", "office.local", "localhost", "127.0.0.1"]
needs_openssl = pytest.mark.skipif(
    not shutil.which("openssl"), reason="there is no openssl here"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ensure_certificates(tmp_path / "lan", NAMES, at=AT)
    return tmp_path / "lan"


def verify(authority: Path, server: Path, *, at: datetime = AT) -> str:
    """What ``openssl verify`` says, on both channels."""
    answer = subprocess.run(
        [
            *("openssl", "verify", "-x509_strict", "-purpose", "sslserver"),
            *("-attime", str(int(at.timestamp())), "-CAfile", authority, server),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout + answer.stderr


def write(path: Path, pair: Pair) -> Path:
    path.write_bytes(pair.certificate.public_bytes(serialization.Encoding.PEM))
    return path


def shake_hands(folder: Path, host: str) -> None:
    """A whole TLS handshake in memory, the client trusting our authority alone.

    Raises:
        ssl.SSLCertVerificationError: the client does not accept the server.
    """
    client_context = ssl.create_default_context(cafile=folder / "ca.crt")
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(folder / "server.crt", folder / "server.key")
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=host)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    open_sides = [client, server]
    while open_sides:
        for side in list(open_sides):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            open_sides.remove(side)


@needs_openssl
def test_chain_is_accepted_by_openssl(folder: Path) -> None:
    said = verify(folder / "ca.crt", folder / "server.crt")

    assert said == f"{folder / 'server.crt'}: OK\n"


@needs_openssl
def test_certificate_ends_before_phones_would_refuse_its_length(folder: Path) -> None:
    late = AT + timedelta(days=SERVER_DAYS)

    assert "certificate has expired" in verify(
        folder / "ca.crt", folder / "server.crt", at=late
    )


@needs_openssl
@pytest.mark.parametrize("name", ["bank.example", "8.8.8.8", "2001:db8::1"])
def test_authority_cannot_speak_for_the_world_even_with_its_key(
    name: str, tmp_path: Path
) -> None:
    authority = make_authority(at=AT)
    stolen = make_server(authority, [name], at=AT)

    said = verify(
        write(tmp_path / "ca.crt", authority), write(tmp_path / "server.crt", stolen)
    )

    assert "permitted subtree violation" in said


@pytest.mark.parametrize("host", NAMES)
def test_client_that_trusts_the_authority_accepts_every_name(
    tmp_path: Path, host: str
) -> None:
    ensure_certificates(tmp_path, NAMES, at=datetime.now(UTC))  # noqa: TID251 -- ssl reads the clock itself

    shake_hands(tmp_path, host)


def test_client_refuses_another_host(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NAMES, at=datetime.now(UTC))  # noqa: TID251 -- ssl reads the clock itself

    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        shake_hands(tmp_path, "192.168.1.21")


def test_certificates_that_fit_are_kept(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    ensure_certificates(folder, NAMES, at=AT + timedelta(days=300))

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert set(before) == {"ca.crt", "ca.key", "server.crt", "server.key"}


@pytest.mark.parametrize(
    ("names", "at"),
    [
        ([*NAMES, "10.0.0.5"], AT),
        (NAMES, AT + timedelta(days=SERVER_DAYS - 20)),
    ],
    ids=["another address", "near its end"],
)
def test_server_is_made_again_under_the_same_authority(
    folder: Path, names: list[str], at: datetime
) -> None:
    authority = (folder / "ca.crt").read_bytes()
    server = (folder / "server.crt").read_bytes()

    ensure_certificates(folder, names, at=at)

    assert (folder / "ca.crt").read_bytes() == authority
    assert (folder / "server.crt").read_bytes() != server


def test_server_of_a_lost_authority_is_made_again(folder: Path) -> None:
    server = (folder / "server.crt").read_bytes()
    (folder / "ca.key").unlink()

    ensure_certificates(folder, NAMES, at=AT)

    assert (folder / "server.crt").read_bytes() != server


def test_public_names_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.local name: bank.example$"):
        ensure_certificates(tmp_path / "lan", [*NAMES, "bank.example"], at=AT)

    assert not (tmp_path / "lan").exists()


def test_files_are_private(folder: Path) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}

    assert modes == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
