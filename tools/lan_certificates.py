"""Certificates for the phones of an office: an authority of its own, made once.

A service worker, the camera and passkeys want HTTPS, and a phone accepts a self-signed
certificate for none of them. So each installation has a small authority whose
certificate is put on the phones that try it. It can speak for private addresses and
``.local`` names only: should its key be stolen, it opens no bank.

Runs inside the environment.
usage: python -m tools.lan_certificates FOLDER NAME_OR_ADDRESS …
"""

from __future__ import annotations

import ipaddress
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tools.lan import ALLOWED_NAMES, ALLOWED_NETWORKS, is_local

AUTHORITY_DAYS = 3650
SERVER_DAYS = 397  # phones refuse a server's certificate that is valid for longer
RENEW_DAYS = 30
# Clocks of phones go wrong; a certificate "not yet valid" is hard to explain.
BACKDATED = timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def ensure_certificates(folder: Path, names: list[str], *, at: datetime) -> None:
    """Leave ``ca.crt``, ``server.crt`` and ``server.key`` in the folder, fit for use.

    The authority is made once and kept: the phones know it. The server's certificate
    is made again when the names have changed or its end is near.

    Args:
        folder: private to the installation; made if missing.
        names: host names and addresses under which phones reach the server.
        at: now.

    Raises:
        ValueError: a name or address outside the authority's bounds.
    """
    outside = [name for name in names if not is_local(name)]
    if outside:
        raise ValueError(f"not a private address or .local name: {', '.join(outside)}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = _load(folder, "ca") or make_authority(at=at)
    if not (folder / "ca.crt").exists():
        _save(folder, "ca", authority)
    server = _load(folder, "server")
    if not (server and _is_fit(server, authority, names, at=at)):
        _save(folder, "server", make_server(authority, names, at=at))


def make_authority(*, at: datetime) -> Pair:
    """Make an authority that signs servers, nothing below them, and local names only."""
    key = ec.generate_private_key(ec.SECP256R1())
    # Two installations' authorities must be told apart in a phone's list.
    mark = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest.hex()[:8]
    name = _name(f"Anlan local authority {mark}")
    permitted: list[x509.GeneralName] = [x509.DNSName(name) for name in ALLOWED_NAMES]
    permitted += [x509.IPAddress(ipaddress.ip_network(n)) for n in ALLOWED_NETWORKS]
    builder = (
        _builder(name, name, key, at=at, days=AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
    )
    return Pair(builder.sign(key, hashes.SHA256()), key)


def make_server(authority: Pair, names: list[str], *, at: datetime) -> Pair:
    """Make a server's certificate for the names, signed by the authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate.subject
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    builder = (
        _builder(_name("Anlan"), issuer, key, at=at, days=SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(purpose, critical=False)
        .add_extension(identifier(authority.key.public_key()), critical=False)
        .add_extension(_alternative_names(names), critical=False)
    )
    return Pair(builder.sign(authority.key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    at: datetime,
    days: int,
) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - BACKDATED)
        .not_valid_after(at - BACKDATED + timedelta(days=days))
        .add_extension(identifier, critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _alternative_names(names: list[str]) -> x509.SubjectAlternativeName:
    found: list[x509.GeneralName] = []
    for name in names:
        address = _address(name)
        found.append(x509.IPAddress(address) if address else x509.DNSName(name))
    return x509.SubjectAlternativeName(found)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _is_fit(pair: Pair, authority: Pair, names: list[str], *, at: datetime) -> bool:
    certificate = pair.certificate
    extension = certificate.extensions.get_extension_for_class
    same_names = extension(x509.SubjectAlternativeName).value == _alternative_names(
        names
    )
    issued = certificate.issuer == authority.certificate.subject
    lasts = certificate.not_valid_after_utc - at > timedelta(days=RENEW_DAYS)
    return same_names and issued and lasts


def _load(folder: Path, name: str) -> Pair | None:
    key_path, certificate_path = folder / f"{name}.key", folder / f"{name}.crt"
    if not (key_path.exists() and certificate_path.exists()):
        return None
    key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{key_path} is not a key of ours")
    return Pair(x509.load_pem_x509_certificate(certificate_path.read_bytes()), key)


def _save(folder: Path, name: str, pair: Pair) -> None:
    """Write the key, then the certificate: without the latter the pair is not there."""
    key = pair.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificate = pair.certificate.public_bytes(serialization.Encoding.PEM)
    (folder / f"{name}.crt").unlink(missing_ok=True)
    _write_private(folder / f"{name}.key", key)
    _write_private(folder / f"{name}.crt", certificate)


def _write_private(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    draft.replace(path)


if __name__ == "__main__":
    ensure_certificates(
        Path(sys.argv[1]),
        sys.argv[2:],
        at=datetime.now(UTC),  # noqa: TID251 -- here the clock is read
    )
