"""A bucket of an S3 server as the second store of the vault.

The same tree under the same names as in a folder. What the network does is never taken
for damage: either an object is there or it is not, and everything else is that the store
is away. So no copy is called missing because a key ran out.

Nobody who uploads waits for a bucket: the worker writes what waits for it, reads it back,
and only then counts it as a copy.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from anlan.base.blocks import (
    QUARANTINE,
    DamagedCopy,
    Look,
    Readable,
    StoreAway,
    blocks_of,
    size_of,
)
from anlan.base.disks import is_own_host

log = logging.getLogger(__name__)

PART_BYTES = 8 * 1024**2  # of memory, while a file is written
MOST_PARTS = 9_000  # the protocol's limit is 10,000
MOST_COPIED_BYTES = 5 * 1024**3  # by one call, inside the bucket
READ_BYTES = 1024**2
READ_TRIES = 3  # of one object, each from where the last broke off
ASKED_AGAIN_SECONDS = 60.0  # whether it is there
MARK = "anlan-store"  # an object that says: this is the store, see ADR 17
MOST_SKEW = timedelta(minutes=5)  # the servers' own limit is fifteen
PROBE_LOCK = timedelta(seconds=60)

_NOT_THERE = {"404", "NoSuchKey", "NotFound", "NoSuchVersion"}
_NOT_MADE = {"NotImplemented", "501", "MethodNotAllowed", "405", "XNotImplemented"}


class NoClient(StoreAway):
    """The packages of the extra are not installed."""


class Locked(OSError):
    """The bucket keeps the bytes until then; none: as long as a hold lies on them."""

    def __init__(self, until: datetime | None) -> None:
        super().__init__("locked")
        self.until = until


class Refused(StoreAway):
    """The server answered, and not with what was asked for; ``code`` is its word."""

    def __init__(self, code: str, step: str = "") -> None:
        super().__init__(code)
        self.code, self.step = code, step


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a bucket is, and what its keys begin with."""

    bucket: str
    prefix: str  # empty, or ends in a slash
    endpoint: str  # empty: that of Amazon
    region: str

    def __str__(self) -> str:
        at = f" ({self.endpoint})" if self.endpoint else ""
        return f"s3://{self.bucket}/{self.prefix}{at}"


@dataclass(frozen=True)
class Keys:
    """What the server knows us by; empty: as the machine has it set up (``AWS_*``)."""

    key_id: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Found:
    """The versioning and the lock of a bucket, as trying them showed."""

    is_versioned: bool
    is_locking: bool
    skew: timedelta


@dataclass(frozen=True)
class Lying:
    """An object below ``objects``."""

    key: str
    name: str
    is_in_place: bool
    changed_at: datetime


@dataclass(frozen=True)
class ObjectAt:
    """An object that is read like a file."""

    bucket: Bucket
    key: str

    @property
    def size(self) -> int:
        return self.bucket.size_at(self.key)

    def blocks(self) -> Iterator[memoryview]:
        return self.bucket.blocks_at(self.key)


@dataclass
class _State:
    """What a process last saw of a bucket."""

    asked_at: float = -ASKED_AGAIN_SECONDS
    is_away: bool = True
    is_unmarked: bool = False  # it answered, and nothing was ever begun there
    is_versioned: bool | None = None
    client: Any = None


@dataclass(frozen=True)
class Bucket:
    """The second store; every call may raise ``StoreAway``."""

    name: str
    address: Address
    keys: Keys = field(default=Keys(), repr=False)
    lock_mode: str = "GOVERNANCE"
    is_apart: bool = True
    is_written_later: ClassVar[bool] = True
    _states: ClassVar[dict[tuple[Address, Keys], _State]] = {}

    @property
    def where(self) -> str:
        return str(self.address)

    @property
    def is_on_this_machine(self) -> bool | None:
        """A server of ours on the same disk is no second disk; none: not known yet."""
        host = urlsplit(self.address.endpoint).hostname
        return is_own_host(host) if host else False  # Amazon's

    @property
    def is_away(self) -> bool:
        """Whether it cannot be reached, or is not the one that was begun; asked anew
        after a minute, so that whoever asks often waits for the network once.
        """
        state = self._state
        if time.monotonic() - state.asked_at >= ASKED_AGAIN_SECONDS:
            self._ask(state)
        return state.is_away

    def begin(self) -> None:
        """Mark an empty bucket as the store, if it answered that nobody had."""
        state = self._state
        if not state.is_unmarked:
            return
        state.is_unmarked = False
        with _asking():
            self.client.put_object(Bucket=self._bucket, Key=self._key(MARK), Body=b"")
        self._ask(state)

    def has(self, digest: str) -> bool:
        return self.look(digest) is not None

    def look(self, digest: str) -> Look:
        """What changes whenever the object is replaced; none if there is none."""
        found = self._head(self.key_of(digest))
        if found is None:
            return None
        mark = f"{found.get('ETag')} {found.get('VersionId')}"
        changed = found["LastModified"].astimezone(UTC)
        return (
            zlib.crc32(mark.encode()),
            int(found["ContentLength"]),
            int(changed.timestamp()),
            0,
        )

    def look_of(self, digest: str) -> str:
        """As of a folder: empty if there is none."""
        found = self.look(digest)
        return "" if found is None else ":".join(map(str, found))

    def source(self, digest: str) -> ObjectAt:
        return ObjectAt(self, self.key_of(digest))

    def key_of(self, digest: str) -> str:
        return self._key(f"objects/{digest[:2]}/{digest[2:4]}/{digest}")

    def copy_from(self, source: Path | Readable, digest: str) -> None:
        """Write an object, hashed while it is read, in parts that fit into memory.

        Nothing is seen of it before it is whole. Whoever calls reads it back.

        Raises:
            DamagedCopy: the source is not what its name says; nothing is kept.
            StoreAway: nothing is kept, or it is not known.
        """
        if self.has(digest):
            return
        size = size_of(source)
        part_bytes = max(PART_BYTES, -(-size // MOST_PARTS))
        if size > part_bytes:
            self._write_parts(source, digest, part_bytes)
            return
        body = b"".join(blocks_of(source))
        whole = hashlib.sha256(body)
        _check(whole.hexdigest(), digest)
        key = self.key_of(digest)
        self._once(
            lambda **more: self.client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ChecksumSHA256=_base64(whole.digest()),
                **more,
            )
        )

    def set_aside(self, digest: str, *, at: datetime) -> None:
        """Move a damaged object into the quarantine; nothing there is overwritten.

        What a lock keeps stays where it is as an older version, and the copy beside it.
        """
        key = self.key_of(digest)
        if self._head(key) is None:
            return
        stem = f"{QUARANTINE}/{digest}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        target, number = self._key(stem), 1
        while self._head(target) is not None:
            number += 1
            target = self._key(f"{stem}-{number}")
        self._move(key, target)

    def set_foreign_aside(self, lying: Lying, *, at: datetime) -> None:
        """The same with an object under a name that is not ours, which is not kept."""
        told = hashlib.sha256(lying.key.encode()).hexdigest()[:16]
        name = f"{QUARANTINE}/foreign-{told}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        self._move(lying.key, self._key(name))

    def aside(self, digest: str) -> list[ObjectAt]:
        """What was once set aside under this digest, good or bad."""
        prefix = self._key(f"{QUARANTINE}/{digest}-")
        return [ObjectAt(self, found["Key"]) for found in self._listed(prefix)]

    def remove_aside(self, digest: str) -> None:
        """For good.

        Raises:
            Locked: the bucket keeps it.
        """
        for one in self.aside(digest):
            self._remove_key(one.key)

    def remove(self, digest: str, *, look: str) -> bool:
        """Remove every version for good. Twice does nothing.

        Nobody writes here without a row, so no look is needed to see who came between.

        Returns:
            Whether no object of the name is there any more.

        Raises:
            Locked: the bucket keeps a version of it.
        """
        key = self.key_of(digest)
        self._remove_key(key)
        return self._head(key) is None

    def lock_until(self, digest: str, until: datetime) -> None:
        """Let the server itself refuse to delete it before that; never earlier again."""
        with _asking():
            self.client.put_object_retention(
                Bucket=self._bucket,
                Key=self.key_of(digest),
                Retention={"Mode": self.lock_mode, "RetainUntilDate": until},
            )

    def hold(self, digest: str, *, is_held: bool) -> None:
        """The same without an end, until it is said that nothing holds it any more."""
        with _asking():
            self.client.put_object_legal_hold(
                Bucket=self._bucket,
                Key=self.key_of(digest),
                LegalHold={"Status": "ON" if is_held else "OFF"},
            )

    def lying(self, folder: str) -> Iterator[Lying]:
        """Every object below ``objects/<folder>``, of 00 to ff."""
        for found in self._listed(self._key(f"objects/{folder}/")):
            name = found["Key"].rpartition("/")[2]
            is_in_place = len(name) == 64 and self.key_of(name) == found["Key"]
            changed = found["LastModified"].astimezone(UTC)
            yield Lying(found["Key"], name, is_in_place, changed)

    def end_unfinished(self, *, before: datetime) -> None:
        """Give back the parts that a worker left which was killed while it wrote."""
        with suppress(Refused):  # a server may not know of them
            begun = self._pages("list_multipart_uploads", "Uploads", self._key(""))
            for one in list(begun):
                if one["Initiated"] < before:
                    with _asking():
                        self.client.abort_multipart_upload(
                            Bucket=self._bucket,
                            Key=one["Key"],
                            UploadId=one["UploadId"],
                        )

    def size_at(self, key: str) -> int:
        found = self._head(key)
        if found is None:
            raise FileNotFoundError(key)
        return int(found["ContentLength"])

    def blocks_at(self, key: str) -> Iterator[memoryview]:
        """The bytes of one version, from start to end however often the line breaks."""
        done, etag, tries = 0, "", READ_TRIES
        while True:
            begun = done
            try:
                for block, told in self._blocks(key, done, etag):
                    etag = told
                    done += len(block)
                    yield memoryview(block)
            except Refused as error:
                if error.code in {"416", "InvalidRange"} and done:
                    return  # all of it had come
                raise
            except StoreAway:
                tries = READ_TRIES if done > begun else tries - 1
                if not tries:
                    raise
            else:
                return

    def probe(self, *, at: datetime) -> Found:
        """Do once what will be needed, with an object of its own.

        Whether versions are kept and locks hold is tried, never read from a setting:
        some servers take a lock and do not keep it.

        Raises:
            StoreAway: something of it is refused.
        """
        key = self._key(f"probe/{at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}")
        body = hashlib.sha256(key.encode()).hexdigest().encode()
        with _step("put"), _asking():
            answer = self.client.put_object(Bucket=self._bucket, Key=key, Body=body)
        version = answer.get("VersionId", "")
        with _step("get"):
            if b"".join(self.blocks_at(key)) != body:
                raise Refused("ReadBack")
        with _step("delete"):
            is_locking = self._keeps_a_lock(key, version, at)
            self._remove_probes()
            if not is_locking and self._head(key) is not None:
                raise Refused("AccessDenied")
        is_versioned = bool(version) and version != "null"
        return Found(is_versioned, is_locking, self._skew(answer, at))

    @property
    def client(self) -> Any:
        state = self._state
        if state.client is None:
            state.client = _client(self.address, self.keys)
        return state.client

    @property
    def _state(self) -> _State:
        return self._states.setdefault((self.address, self.keys), _State())

    @property
    def _bucket(self) -> str:
        return self.address.bucket

    def _key(self, name: str) -> str:
        return f"{self.address.prefix}{name}"

    def _ask(self, state: _State) -> None:
        try:
            is_marked = self._head(self._key(MARK)) is not None
            state.is_unmarked = not is_marked and self._answers()
        except StoreAway as error:
            if not state.is_away or state.asked_at < 0:
                log.warning("the %s store is away: %s", self.name, error)
            is_marked = state.is_unmarked = False
        state.is_away, state.asked_at = not is_marked, time.monotonic()

    def _answers(self) -> bool:
        """A server may say "not found" of an object where there is no bucket at all."""
        try:
            with _asking():
                self.client.head_bucket(Bucket=self._bucket)
        except FileNotFoundError:
            raise Refused("NoSuchBucket") from None
        return True

    def _head(self, key: str, **more: str) -> dict[str, Any] | None:
        try:
            with _asking():
                found: dict[str, Any] = self.client.head_object(
                    Bucket=self._bucket, Key=key, **more
                )
                return found
        except FileNotFoundError:
            return None

    def _blocks(self, key: str, start: int, etag: str) -> Iterator[tuple[bytes, str]]:
        more: dict[str, str] = {}
        if start:
            # Another object under the name is not the rest of this one.
            more = {"Range": f"bytes={start}-", "IfMatch": etag}
        with _asking():
            answer = self.client.get_object(Bucket=self._bucket, Key=key, **more)
            body = answer["Body"]
            try:
                while block := body.read(READ_BYTES):
                    yield block, answer["ETag"]
            finally:
                body.close()

    def _write_parts(
        self, source: Path | Readable, digest: str, part_bytes: int
    ) -> None:
        key, whole = self.key_of(digest), hashlib.sha256()
        at = {"Bucket": self._bucket, "Key": key}
        with _asking():
            begun = self.client.create_multipart_upload(
                **at, ChecksumAlgorithm="SHA256"
            )
        at["UploadId"] = begun["UploadId"]
        parts: list[dict[str, Any]] = []
        try:
            for part in _parts_of(source, part_bytes):
                whole.update(part)
                parts.append(self._write_part(at, part, len(parts) + 1))
            _check(whole.hexdigest(), digest)
            self._once(
                lambda **more: self.client.complete_multipart_upload(
                    **at, MultipartUpload={"Parts": parts}, **more
                )
            )
        except BaseException:
            with suppress(OSError), _asking():
                self.client.abort_multipart_upload(**at)
            raise

    def _write_part(
        self, at: dict[str, str], part: bytearray, number: int
    ) -> dict[str, Any]:
        checksum = _base64(hashlib.sha256(part).digest())
        with _asking():
            answer = self.client.upload_part(
                **at, PartNumber=number, Body=part, ChecksumSHA256=checksum
            )
        told = {"PartNumber": number, "ETag": answer["ETag"]}
        # A server that does not know of them would stumble over its own part.
        return {**told, **_if_told(answer, "ChecksumSHA256")}

    def _once(self, write: Callable[..., Any]) -> None:
        """Write only if there is nothing under the name; a server may not know of that."""
        try:
            with _asking():
                write(IfNoneMatch="*")
        except Refused as error:
            if error.code in {"PreconditionFailed", "412"}:
                return  # it is there, and whoever called reads it
            if error.code not in _NOT_MADE:
                raise
            with _asking():
                write()

    def _move(self, key: str, target: str) -> None:
        from boto3.s3.transfer import (  # noqa: PLC0415 -- an extra, see _client
            TransferConfig,
        )

        with _asking():
            self.client.copy(
                {"Bucket": self._bucket, "Key": key},
                self._bucket,
                target,
                Config=TransferConfig(
                    multipart_threshold=MOST_COPIED_BYTES, use_threads=False
                ),
            )
        try:
            self._remove_key(key)
        except Locked:
            with _asking():  # a marker over it: the next one takes its place
                self.client.delete_object(Bucket=self._bucket, Key=key)

    def _remove_key(self, key: str) -> None:
        kept: list[datetime | None] = []
        for version in self._versions(key):
            try:
                with _asking():
                    self.client.delete_object(Bucket=self._bucket, Key=key, **version)
            except Refused:
                lock = self._lock_of(key, version)
                if lock is None:
                    raise
                kept.append(lock.until)
        if kept:
            until = None if None in kept else max(one for one in kept if one)
            raise Locked(until)

    def _versions(self, key: str) -> list[dict[str, str]]:
        """How each version of a key is named, and each mark that one was deleted."""
        if not self._is_versioned():
            return [{}]
        found: list[dict[str, str]] = []
        for kind in ("Versions", "DeleteMarkers"):
            found += [
                {"VersionId": one["VersionId"]}
                for one in self._pages("list_object_versions", kind, key)
                if one["Key"] == key
            ]
        return found

    def _is_versioned(self) -> bool:
        state = self._state
        if state.is_versioned is None:
            try:
                with _asking():
                    found = self.client.get_bucket_versioning(Bucket=self._bucket)
                state.is_versioned = bool(found.get("Status"))
            except Refused as error:
                # If we may not know: as if it were, and fail where it matters.
                state.is_versioned = error.code not in _NOT_MADE
        return state.is_versioned

    def _lock_of(self, key: str, version: dict[str, str]) -> Locked | None:
        found = self._head(key, **version)
        if found is None:
            return None
        if found.get("ObjectLockLegalHoldStatus") == "ON":
            return Locked(None)
        until = found.get("ObjectLockRetainUntilDate")
        return Locked(until.astimezone(UTC)) if until else None

    def _listed(self, prefix: str) -> Iterator[dict[str, Any]]:
        return self._pages("list_objects_v2", "Contents", prefix)

    def _pages(self, call: str, kind: str, prefix: str) -> Iterator[dict[str, Any]]:
        with _asking():
            pages = self.client.get_paginator(call).paginate(
                Bucket=self._bucket, Prefix=prefix
            )
            for page in pages:
                yield from page.get(kind, ())

    def _keeps_a_lock(self, key: str, version: str, at: datetime) -> bool:
        if not version or version == "null":
            return False  # without versions there are no locks
        try:
            with _asking():
                self.client.put_object_retention(
                    Bucket=self._bucket,
                    Key=key,
                    VersionId=version,
                    Retention={
                        "Mode": self.lock_mode,
                        "RetainUntilDate": at + PROBE_LOCK,
                    },
                )
        except Refused:
            return False
        try:
            with _asking():
                self.client.delete_object(
                    Bucket=self._bucket, Key=key, VersionId=version
                )
        except Refused:
            return True
        return False

    def _remove_probes(self) -> None:
        """This one and those before, whose locks have run out by now."""
        begun = self._key("probe/")
        named = {found["Key"] for found in self._listed(begun)}
        if self._is_versioned():
            found = self._pages("list_object_versions", "Versions", begun)
            named |= {one["Key"] for one in found}
        for key in sorted(named):
            with suppress(Locked):
                self._remove_key(key)

    def _skew(self, answer: dict[str, Any], at: datetime) -> timedelta:
        headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        if not headers.get("date"):
            return timedelta(0)
        return at - parsedate_to_datetime(headers["date"])


def address_of(url: str, *, endpoint: str, region: str) -> Address:
    """Read ``s3://bucket/prefix``; the settings have seen to its form."""
    bucket, _slash, prefix = url.removeprefix("s3://").partition("/")
    prefix = prefix.strip("/")
    return Address(
        bucket=bucket,
        prefix=f"{prefix}/" if prefix else "",
        endpoint=endpoint.rstrip("/"),
        region=region,
    )


def read_keys(path: Path | None) -> Keys:
    """The name of a key and its secret, a line each.

    Raises:
        OSError: the file cannot be read.
        ValueError: it has not two lines; what it has is not said.
    """
    if path is None:
        return Keys()
    lines = path.read_text(encoding="utf-8").split()
    if len(lines) != 2:
        raise ValueError("ANLAN_BACKUP_KEYS: two lines, the key's name and its secret")
    return Keys(*lines)


def _client(address: Address, keys: Keys) -> Any:
    try:
        import boto3  # noqa: PLC0415 -- an extra: who has a second disk does without
        from botocore.config import Config  # noqa: PLC0415 -- the same
    except ImportError as error:
        raise NoClient("the packages of anlan[s3] are not installed") from error
    with _asking():
        session = boto3.session.Session(
            aws_access_key_id=keys.key_id or None,
            aws_secret_access_key=keys.secret or None,
            region_name=address.region or None,
        )
        return session.client(
            "s3",
            endpoint_url=address.endpoint or None,
            # Only to make signing possible where the server has no regions.
            region_name=address.region or session.region_name or "us-east-1",
            config=Config(
                connect_timeout=3,
                read_timeout=30,
                retries={"mode": "standard", "max_attempts": 2},
                max_pool_connections=4,
                signature_version="s3v4",
                s3={"addressing_style": "path" if address.endpoint else "auto"},
                # We say SHA-256 ourselves; servers stumble over others in trailers.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )


@contextmanager
def _asking() -> Iterator[None]:
    """Of an answer that it is not there: ``FileNotFoundError``; else ``StoreAway``.

    No message of the library is passed on: it may hold an address with a signature.
    """
    try:
        from botocore.exceptions import (  # noqa: PLC0415 -- see _client
            BotoCoreError,
            ClientError,
            HTTPClientError,
        )
        from urllib3.exceptions import HTTPError  # noqa: PLC0415 -- comes with it
    except ImportError as error:
        raise NoClient("the packages of anlan[s3] are not installed") from error
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _NOT_THERE:
            raise FileNotFoundError(code) from None
        raise Refused(code) from None
    except (BotoCoreError, HTTPClientError, HTTPError) as error:
        raise StoreAway(type(error).__name__) from None


@contextmanager
def _step(name: str) -> Iterator[None]:
    """Remember of a refusal what was refused."""
    try:
        yield
    except Refused as error:
        raise Refused(error.code, error.step or name) from None


def _check(found: str, digest: str) -> None:
    if found != digest:
        raise DamagedCopy


def _parts_of(source: Path | Readable, size: int) -> Iterator[bytearray]:
    part = bytearray()
    for block in blocks_of(source):
        part += block
        while len(part) >= size:
            yield part[:size]
            del part[:size]
    if part:
        yield part


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _if_told(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return {name: answer[name]} if answer.get(name) else {}
