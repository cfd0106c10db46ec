"""Everything an operator may set, typed; read from ``ANLAN_*`` variables."""

from __future__ import annotations

import logging
import re
import sys
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from anlan.base.bucket import read_keys
from anlan.config.database import postgresql

ROOT = Path(__file__).resolve().parents[3]


PREFIX = "ANLAN_"
_HOST = re.compile(r"\*|\.?[A-Za-z0-9_-][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\]")


class WrongSettings(Exception):
    """What is set cannot be; the text has a line for each variable."""


class Environment(BaseSettings):
    """The settings of one installation. ``docs/settings.md`` is written from here."""

    # An empty variable is as one that is not set: files of services have many of them.
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", env_ignore_empty=True
    )

    data: Path = Field(
        ROOT / "var" / "demo",
        description="Folder of all state: database, vault, keys.",
    )
    backup_vault: Path | None = Field(
        None,
        description="Folder of the vault's second copy, on another disk, with a folder "
        "`objects` in it, or it counts as away; empty: vault-copy in ANLAN_DATA.",
    )
    backup_store: str = Field(
        "",
        pattern=r"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_./-]*)?)?$",
        description="s3://bucket/prefix: the vault's second copy in a bucket instead of "
        "a folder; needs the packages of anlan[s3], which `./anlan up` then installs.",
    )
    backup_endpoint: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+/?)?$",
        description="Address of the bucket's server, https://host:port; empty: Amazon's.",
    )
    backup_region: str = Field(
        "", description="Region of the bucket, if its server has regions."
    )
    backup_key_id: SecretStr | None = Field(
        None,
        description="Name of the key to the bucket; empty: ANLAN_BACKUP_KEYS, or as the "
        "machine has it set up (AWS_ACCESS_KEY_ID, ~/.aws, the role of a machine).",
    )
    backup_secret: SecretStr | None = Field(None, description="The key's secret.")
    backup_keys: Path | None = Field(
        None,
        description="File of two lines, the name of the key and its secret, instead of "
        "the two variables.",
    )
    backup_lock: Literal["governance", "compliance"] = Field(
        "governance",
        description="How a bucket with object lock keeps a copy until its period ends: "
        "governance can be undone by who has the right to, compliance by nobody.",
    )
    deep_check_mb_s: int = Field(
        0,
        ge=0,
        description="Most megabytes a second that the deep check of the vault reads; "
        "0: as the disk gives them, at the lowest priority.",
    )
    most_upload_gb: int = Field(
        64, ge=1, le=4096, description="Largest file of evidence, in GB (1,024³ bytes)."
    )
    clamav: str = Field(
        "",
        description="Socket of ClamAV's daemon, a path or host:port; empty: files are not "
        "looked at for malware, and their pages say so.",
    )
    font_dir: Path | None = Field(
        None,
        description="Folder of further fonts (OTF, TTF) for PDFs, asked for characters that "
        "the fonts brought along do not have.",
    )
    signer_socket: Path | None = Field(
        None,
        description="Socket of a signer that runs as a user of its own; empty: the one "
        "that `./anlan up` runs, in ANLAN_DATA.",
    )
    tsa_url: SecretStr | None = Field(
        None,
        description="Address of a time stamp authority (RFC 3161), http(s)://…; empty: "
        "checkpoints are not stamped, and packages say so.",
    )
    tsa_certificates: Path | None = Field(
        None,
        description="File of that authority's root, the certificates between and perhaps "
        "its own, in PEM form; with its own it is asked to leave certificates out.",
    )
    recordings_roots: Annotated[list[Path], NoDecode] = Field(
        [],
        description="Folders below which recorders write segments that may be saved, "
        "and recorders' certificates lie, separated by commas; empty: none may.",
    )
    recorder_hosts: Annotated[list[str], NoDecode] = Field(
        [],
        description="Machines that may be asked for recordings over HTTP: names, "
        "host:port or networks (192.168.8.0/24), separated by commas; empty: none may.",
    )
    port: int = Field(8000, ge=1, le=65535, description="Port of the web process.")
    host: str = Field("127.0.0.1", description="Address the web process listens on.")
    database_url: SecretStr | None = Field(
        None,
        description="postgresql://user:password@host:port/name; empty: SQLite in ANLAN_DATA.",
    )
    public_url: str = Field(
        "",
        description="Address under which phones reach this installation; needed to print QR codes.",
    )
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        ["localhost", "127.0.0.1", "[::1]"],
        description="Host names to answer to, separated by commas.",
    )
    trusted_proxies: Annotated[list[IPv4Network | IPv6Network], NoDecode] = Field(
        [],
        description="Proxies before us, addresses or networks, separated by commas: "
        "their X-Forwarded-For and X-Forwarded-Proto are believed, nobody else's.",
    )
    demo: bool = Field(
        default=False,
        description="Demo company: banner on every page, outside messages are only recorded.",
    )
    debug: bool = Field(
        default=False, description="Django's debug pages; never in production."
    )
    secret_key: SecretStr | None = Field(
        None, description="Signing key of sessions; empty: a file in ANLAN_DATA/keys."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="Format of the log."
    )
    log_level: str = Field("INFO", description="Least level that is logged.")
    proof_minutes: int = Field(
        15,
        ge=1,
        le=720,
        description="Minutes after signing in or giving the password or passkey again, "
        "after which a package is downloaded only with one of them once more.",
    )
    web_threads: int = Field(
        8, ge=1, le=64, description="Threads that answer pages in the web process."
    )
    mqtt_url: SecretStr | None = Field(
        None,
        description="mqtt:// or mqtts://user:password@host:port; empty: no subscriber.",
    )
    mqtt_topic: str = Field(
        "anlan/alarms/#", description="Topics that devices publish alarms to."
    )
    mqtt_client_id: str = Field(
        "anlan",
        description="Name of the session that the broker keeps while we are away.",
    )
    mqtt_ca: Path | None = Field(
        None,
        description="File of the authorities to trust for mqtts://, in PEM form; empty: "
        "the system's. The broker's certificate must name the host of the address.",
    )
    mqtt_certificate: Path | None = Field(
        None, description="File of our own certificate, if the broker asks for one."
    )
    mqtt_key: Path | None = Field(
        None, description="File of its key, if that is not in the same file."
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def check_networks(cls, value: object) -> object:
        for one in value if isinstance(value, list) else []:
            try:
                ip_network(one)
            except ValueError:
                raise ValueError(
                    f"{one} is no address or network (127.0.0.1, 10.0.0.0/8)"
                ) from None
        return value

    @field_validator(
        "allowed_hosts",
        "trusted_proxies",
        "recordings_roots",
        "recorder_hosts",
        mode="before",
    )
    @classmethod
    def split_list(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def check_hosts(cls, value: list[str]) -> list[str]:
        for one in value:
            if not _HOST.fullmatch(one):
                raise ValueError(
                    f"{one} is no name of a host; without https://, port and path"
                )
        return value

    @field_validator("log_level")
    @classmethod
    def check_level(cls, value: str) -> str:
        if value.upper() not in logging.getLevelNamesMapping():
            raise ValueError("one of DEBUG, INFO, WARNING, ERROR, CRITICAL")
        return value.upper()

    @field_validator("database_url")
    @classmethod
    def check_database(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            if value is not None:
                postgresql(value.get_secret_value())
        except ValueError:  # its own words could hold a part of the password
            raise ValueError(
                "postgresql://user:password@host:port/name; what else than letters and "
                "digits is in the password stands as %40 and the like"
            ) from None
        return value

    @field_validator("backup_keys")
    @classmethod
    def check_keys(cls, value: Path | None) -> Path | None:
        try:
            read_keys(value)
        except OSError as error:
            raise ValueError(f"{value}: {error.strerror}") from None
        except ValueError:
            raise ValueError("two lines, the key's name and its secret") from None
        return value

    @field_validator("public_url")
    @classmethod
    def check_public_url(cls, value: str) -> str:
        url = _split(value, schemes={"http", "https"}) if value else None
        if value and (url is None or url.path not in {"", "/"} or url.query):
            raise ValueError("https://host or http://host:port, and no path behind it")
        return value

    @field_validator("tsa_url")
    @classmethod
    def check_tsa_url(cls, value: SecretStr | None) -> SecretStr | None:
        said = value.get_secret_value().strip() if value else ""
        if said and _split(said, schemes={"http", "https"}) is None:
            raise ValueError("an address, https://… or http://…")
        return value

    @field_validator("mqtt_url")
    @classmethod
    def check_mqtt_url(cls, value: SecretStr | None) -> SecretStr | None:
        said = value.get_secret_value() if value else ""
        if said and _split(said, schemes={"mqtt", "mqtts"}) is None:
            raise ValueError("mqtt:// or mqtts://user:password@host:port")
        return value

    @field_validator("clamav")
    @classmethod
    def check_clamav(cls, value: str) -> str:
        host, _colon, port = value.rpartition(":")
        is_address = host and port.isdecimal() and 0 < int(port) < 2**16
        if value and not value.startswith("/") and not is_address:
            raise ValueError("the path of a socket, /run/…, or host:port")
        return value

    @model_validator(mode="after")
    def check_pairs(self) -> Self:
        if bool(self.backup_key_id) != bool(self.backup_secret):
            raise ValueError(
                "ANLAN_BACKUP_KEY_ID and ANLAN_BACKUP_SECRET: both, or neither"
            )
        return self


def environment() -> Environment:
    """Read the variables.

    Raises:
        WrongSettings: naming each variable that cannot be.
    """
    try:
        return Environment()  # type: ignore[call-arg]  # filled from the environment
    except ValidationError as error:
        raise WrongSettings(_sentences(error)) from None


def _sentences(error: ValidationError) -> str:
    """A line for each variable, without what was set where that may be a secret."""
    lines = []
    for one in error.errors(include_url=False, include_context=False):
        said = one["msg"].removeprefix("Value error, ")
        name = f"{PREFIX}{str(one['loc'][0]).upper()}: " if one["loc"] else ""
        lines.append(f"{name}{said}")
    return "\n".join(lines)


def _split(text: str, *, schemes: set[str]) -> SplitResult | None:
    """The parts of an address with a host, and with a port that can be."""
    try:
        url = urlsplit(text)
        url.port  # noqa: B018 -- raises
    except ValueError:
        return None
    return url if url.scheme in schemes and url.hostname else None


if __name__ == "__main__":
    # `./anlan up` asks before it starts anything.
    try:
        environment()
    except WrongSettings as wrong:
        sys.exit(str(wrong))
