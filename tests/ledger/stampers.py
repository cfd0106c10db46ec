"""A time stamp authority of our own, over HTTP: OpenSSL answers, good for tests alone."""

from __future__ import annotations

import shlex
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_CONFIG = """
[req]
distinguished_name=dn
prompt=no
[dn]
CN=unused
[root]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign
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

    def __init__(self, folder: Path) -> None:
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
        self._run(
            "openssl x509 -req -in own.csr -CA root.pem -CAkey root.key -days 3650 "
            "-CAcreateserial -extfile tsa.cnf -extensions stamps -out own.pem"
        )
        (folder / "known.pem").write_bytes(
            (folder / "root.pem").read_bytes() + (folder / "own.pem").read_bytes()
        )
        self.asked: list[bytes] = []
        self.change: Callable[[bytes], bytes] = lambda answer: answer

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    @property
    def known(self) -> Path:
        """The root together with the authority's own certificate."""
        return self.folder / "known.pem"

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

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
