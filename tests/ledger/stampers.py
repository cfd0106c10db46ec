"""A time stamp authority of our own, over HTTP: OpenSSL answers, good for tests alone."""

from __future__ import annotations

import shlex
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.utils import timezone

_CONFIG = """
[req]
distinguished_name=dn
prompt=no
[dn]
CN=unused
[root]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign
[between]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign
extendedKeyUsage=timeStamping
[stamps]
extendedKeyUsage=critical,timeStamping
[tsa]
default_tsa=one
[one]
serial=serial
signer_cert=own.pem
signer_key=own.key
signer_digest=sha256
default_policy=1.2.3.4
digests=sha256
ess_cert_id_alg=sha256
"""
_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config tsa.cnf"


class Stamper:
    """Its root is ``root.pem``, its own certificate ``own.pem`` in the folder."""

    def __init__(self, folder: Path, *, between: bool = False) -> None:
        """A root, perhaps a certificate between, and one that stamps."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tsa.cnf").write_text(_CONFIG)
        self._run(
            f"openssl req -x509 {_KEY} -days 3650 -subj '/CN=Test root' "
            "-extensions root -keyout root.key -out root.pem"
        )
        self._run(
            f"openssl req {_KEY} -subj '/O=Test/CN=Test clock' "
            "-keyout own.key -out own.csr"
        )
        above = "root"
        if between:
            self._run(
                f"openssl req {_KEY} -subj '/CN=Test between' "
                "-keyout between.key -out between.csr"
            )
            self._sign("between", "root", "between")
            above = "between"
        self._sign("own", above, "stamps")
        self._join("known.pem", "root.pem", "own.pem")
        if between:
            self._join("chain.pem", "root.pem", "between.pem")
        self.asked: list[bytes] = []
        self.change: Callable[[bytes], bytes] = lambda answer: answer

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    @property
    def known(self) -> Path:
        """The root together with the authority's own certificate."""
        return self.folder / "known.pem"

    @property
    def chain(self) -> Path:
        """The root and what stands between it and the authority."""
        return self.folder / "chain.pem"

    def bring_chain(self) -> None:
        """Answer with root and certificate, unsorted, as OpenSSL does."""
        with (self.folder / "tsa.cnf").open("a") as file:
            file.write("certs=root.pem\n")

    def answer(self, query: bytes) -> bytes:
        number = f"{len(self.asked)}"
        self.asked.append(query)
        (self.folder / f"{number}.tsq").write_bytes(query)
        self._run(
            "openssl ts -reply -config tsa.cnf "
            f"-queryfile {number}.tsq -out {number}.tsr"
        )
        return self.change((self.folder / f"{number}.tsr").read_bytes())

    def end_in(self, time: timedelta) -> datetime:
        """Let the own certificate end so soon; returns when."""
        own = x509.load_pem_x509_csr((self.folder / "own.csr").read_bytes())
        root = x509.load_pem_x509_certificate(self.root.read_bytes())
        key = load_pem_private_key((self.folder / "root.key").read_bytes(), None)
        assert isinstance(key, EllipticCurvePrivateKey)
        end = timezone.now().replace(microsecond=0) + time
        stamps = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        made = (
            x509.CertificateBuilder(root.subject, own.subject, own.public_key(), 7)
            .not_valid_before(end - timedelta(days=1))
            .not_valid_after(end)
            .add_extension(stamps, critical=True)
            .sign(key, SHA256())
        )
        (self.folder / "own.pem").write_bytes(made.public_bytes(Encoding.PEM))
        return end

    def _sign(self, name: str, above: str, extensions: str) -> None:
        self._run(
            f"openssl x509 -req -in {name}.csr -CA {above}.pem -CAkey {above}.key "
            f"-days 3650 -CAcreateserial -extfile tsa.cnf -extensions {extensions} "
            f"-out {name}.pem"
        )

    def _join(self, name: str, *parts: str) -> None:
        pem = b"".join((self.folder / part).read_bytes() for part in parts)
        (self.folder / name).write_bytes(pem)

    def _run(self, command: str) -> None:
        subprocess.run(
            shlex.split(command), cwd=self.folder, capture_output=True, check=True
        )


@contextmanager
def listening(stamper: Stamper) -> Iterator[str]:
    """Serve it on a free loopback port; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_query = self.headers["Content-Type"] == "application/timestamp-query"
            answer = stamper.answer(body) if is_query else b""
            self.send_response(200 if answer else 400)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_said: object) -> None:
            pass

    with _served(Handler) as address:
        yield address


@contextmanager
def dripping(*, seconds: float) -> Iterator[str]:
    """One that gives a byte now and then, and never comes to an end by itself."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            with suppress(OSError):  # nobody listens any more
                for _ in range(100):
                    self.wfile.write(b"0")
                    self.wfile.flush()
                    time.sleep(seconds)

        def log_message(self, *_said: object) -> None:
            pass

    with _served(Handler) as address:
        yield address


@contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
