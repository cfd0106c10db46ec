"""Time stamps of RFC 3161: a third party's signed word that some bytes existed at a time.

The order of entries is proven by the record itself, their time only by somebody else's
clock. Asking and reading; what is stamped when is in ``timestamping``.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

LONGEST = 64 * 1024  # bytes of an answer; usual are 1 to 6 KB
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
_NAMES = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)


class BadStamp(Exception):
    """An answer, or a file of certificates, that proves nothing; the reason is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Whose stamps are believed.

    With its own certificate at hand it is asked to leave certificates out: the library
    refuses sets that OpenSSL has not sorted, which is how many authorities answer.
    """

    roots: tuple[x509.Certificate, ...]
    between: tuple[x509.Certificate, ...]
    own: x509.Certificate | None

    @property
    def pem(self) -> bytes:
        """All of it, as ``openssl ts -verify`` takes it."""
        known = [*self.roots, *self.between, *([self.own] if self.own else [])]
        return b"".join(one.public_bytes(Encoding.PEM) for one in dict.fromkeys(known))


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """A sound time stamp; ``token`` is the whole answer, as ``openssl ts`` reads it."""

    token: bytes
    at: datetime
    signer: str  # what the authority calls itself
    serial: int


@dataclass(frozen=True)
class Question:
    """What is sent to an authority, and what its answer must repeat."""

    body: bytes
    nonce: int


def authority_of(pem: bytes) -> Authority:
    """Roots, certificates between, and perhaps the authority's own, in one file.

    Raises:
        BadStamp: none can be read, or no root is among them.
    """
    try:
        known = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise BadStamp("certificates") from error
    roots = tuple(one for one in known if one.issuer == one.subject)
    own = [one for one in known if _stamps(one)]
    if not roots or len(own) > 1:
        raise BadStamp("certificates")
    return Authority(
        roots=roots,
        between=tuple(one for one in known if one not in roots and one not in own),
        own=own[0] if own else None,
    )


def question(content: bytes, *, authority: Authority) -> Question:
    """Ask for a stamp over SHA-256 of the content, with a nonce."""
    asked = (
        TimestampRequestBuilder()
        .data(content)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=authority.own is None)
        .build()
    )
    if asked.nonce is None:  # never, for one was wished
        raise BadStamp("unreadable")
    return Question(asked.as_bytes(), asked.nonce)


def checked(
    token: bytes, content: bytes, *, authority: Authority, nonce: int | None = None
) -> Stamp:
    """Believe an answer, or do not.

    Args:
        nonce: of the question, when the answer has just come.

    Raises:
        BadStamp: ``unreadable``; ``refused`` by the authority; ``other`` content;
            ``untrusted``, be it the signer, the signature or the nonce.
    """
    trust = VerifierBuilder(
        roots=list(authority.roots),
        intermediates=list(authority.between),
        tsa_certificate=authority.own,
        nonce=nonce,
    ).build()
    try:
        answer = decode_timestamp_response(token)
        if answer.status:
            raise BadStamp("refused")
        told = answer.tst_info  # read when it is asked for, which may fail as well
        imprint = told.message_imprint.message
    except ValueError as error:
        raise BadStamp("unreadable") from error
    if not hmac.compare_digest(imprint, sha256(content).digest()):
        raise BadStamp("other")
    try:
        trust.verify_message(answer, content)
        signer = _signer(answer, authority)
    except (VerificationError, ValueError) as error:
        raise BadStamp("untrusted") from error
    return Stamp(
        token=token, at=told.gen_time, signer=signer, serial=told.serial_number
    )


def _stamps(one: x509.Certificate) -> bool:
    """Whether it stamps itself: those above it are often marked for it, too."""
    try:
        uses = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    try:
        signs = one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        signs = False
    return ExtendedKeyUsageOID.TIME_STAMPING in uses and not signs


def _signer(answer: TimeStampResponse, authority: Authority) -> str:
    """The name on the certificate that the signature speaks of, not on any beside it."""
    [info] = answer.signed_data.signer_infos
    brought = [
        x509.load_der_x509_certificate(one) for one in answer.signed_data.certificates
    ]
    known = [*brought, *authority.roots, *([authority.own] if authority.own else [])]
    for one in known:
        if (one.issuer, one.serial_number) == (info.issuer, info.serial_number):
            names = (one.subject.get_attributes_for_oid(name) for name in _NAMES)
            return next((str(found[0].value)[:120] for found in names if found), "")
    return ""
