"""Serving the phones of one's own network: names, addresses, certificates, QR code."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from tools.places import Refusal, environment, program, run

# What the local authority may speak for; names include all names below them.
ALLOWED_NAMES = ("localhost", "local")
ALLOWED_NETWORKS = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "100.64.0.0/10",  # carriers' and overlay networks
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)


@dataclass(frozen=True)
class Lan:
    """How the phones reach us; the first name is the one in the QR code."""

    names: list[str]
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"https://{self.names[0]}:{self.port}"

    @property
    def authority(self) -> Path:
        return self.folder / "ca.crt"

    def settings(self) -> dict[str, str]:
        """What the processes must know, where the person has not said it already."""
        return {
            "ANLAN_HOST": "0.0.0.0",  # noqa: S104 -- the point of it
            "ANLAN_PUBLIC_URL": self.url,
            "ANLAN_ALLOWED_HOSTS": ",".join(self.names),
        }

    def serve_options(self) -> list[str]:
        certificate, key = self.folder / "server.crt", self.folder / "server.key"
        return ["--certificate", str(certificate), "--key", str(key)]

    def steps(self) -> str:
        return (
            f"Phones in this network: {self.url}\n"
            f"Once on each phone, open {self.url}/ca.crt, pass the warning, install it:\n"
            "  iPhone   Settings › Profile Downloaded; then General › About › Certificate\n"
            "           Trust Settings\n"
            "  Android  Settings › Security › Install a certificate › CA certificate"
        )

    def print_code(self) -> None:
        run([program("segno"), "--compact", self.url], environment())


def prepare_lan(data: Path, *, port: int) -> Lan:
    """Find our addresses and have certificates for them.

    Raises:
        Refusal: this machine is in no local network.
    """
    addresses = local_addresses()
    if not addresses:
        raise Refusal(
            "This machine has no address in a local network; --lan needs one."
        )
    host = socket.gethostname().partition(".")[0].lower()
    announced = [f"{host}.local"] if re.fullmatch(r"[a-z0-9-]+", host) else []
    lan = Lan([*addresses, *announced, "localhost", "127.0.0.1"], data / "lan", port)
    command = [program("python"), "-m", "tools.lan_certificates"]
    run([*command, str(lan.folder), *lan.names], environment())
    return lan


def local_addresses() -> list[str]:
    """Our private IPv4 addresses, the one towards the router first."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # for documentation only; nothing is sent
            found.append(str(probe.getsockname()[0]))
        except OSError:
            pass  # no route outwards: the names below may still tell
    try:
        known = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        found += [str(entry[4][0]) for entry in known]
    except socket.gaierror:
        pass  # the machine does not know its own name
    fit = [a for a in found if is_local(a) and not a.startswith("127.")]
    return list(dict.fromkeys(fit))


def is_local(name: str) -> bool:
    """Whether the authority may speak for this name or address."""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name.rpartition(".")[2].lower() in ALLOWED_NAMES
    return any(address in ipaddress.ip_network(net) for net in ALLOWED_NETWORKS)
