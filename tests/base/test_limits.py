"""The network an address lies in: alike for neighbours, never the address itself."""

from __future__ import annotations

import pytest

from anlan.base.limits import network_of


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("10.0.3.7", "10.0.3.200", True),
        ("10.0.3.7", "10.0.4.7", False),
        ("10.0.3.7", "::ffff:10.0.3.9", True),
        ("::ffff:10.0.3.7", "::ffff:10.0.4.7", False),
        ("2001:db8:1:100::1", "2001:db8:1:1ff::2", True),
        ("2001:db8:1:100::1", "2001:db8:1:200::1", False),
    ],
)
def test_neighbours_count_together(one: str, other: str, together: bool) -> None:  # noqa: FBT001 -- parametrised
    assert (network_of(one) == network_of(other)) is together


def test_the_address_is_not_kept() -> None:
    assert "10.0.3" not in network_of("10.0.3.7")
    assert network_of("nonsense") == "unknown"
