"""A signer beside the tests: the one of production, asked over its socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from anlan.ledger import checkpointing
from anlan.ledger.signer.client import Client
from tests.ledger import signers


@pytest.fixture
def signer_folder(tmp_path: Path, settings) -> Path:
    folder = tmp_path / "signer"
    settings.SIGNER = folder
    settings.SIGNER_SOCKET = signers.socket_of(folder)
    return folder


@pytest.fixture
def signer(signer_folder: Path) -> Iterator[Client]:
    with signers.running(signer_folder) as client:
        yield client


@pytest.fixture
def named_chains() -> Iterator[None]:
    """Chains of tests have no site that names them; their numbers will do."""
    before = list(checkpointing._origins)
    checkpointing.install_origins(lambda org, site: f"anlan/{org}/{site}")
    yield
    checkpointing._origins[:] = before
