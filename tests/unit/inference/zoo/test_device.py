"""Choosing where networks run."""

from __future__ import annotations

import pytest
import torch

from phototagger.domain.errors import DeviceError
from phototagger.inference.zoo import device
from phototagger.inference.zoo.device import pick_device


def test_cpu_is_always_there() -> None:
    chosen = pick_device("cpu")

    assert chosen.kind == "cpu"
    assert not chosen.accelerated


def test_unknown_device_names_the_known_ones() -> None:
    with pytest.raises(DeviceError, match="auto, cpu, cuda, mps, xpu"):
        pick_device("abacus")


@pytest.mark.parametrize("kind", ["cuda", "mps", "xpu"])
def test_absent_device_says_what_to_do(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        getattr(torch.backends if kind == "mps" else torch, kind), "is_available", lambda: False
    )

    with pytest.raises(DeviceError, match="Choose auto or cpu"):
        pick_device(kind)


def test_auto_takes_the_cpu_where_a_card_fails_at_the_simplest_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no kernel image is available")

    monkeypatch.setattr(device, "_likely", lambda kind: True)
    for place in (torch.cuda, torch.backends.mps, torch.xpu):
        monkeypatch.setattr(place, "is_available", lambda: True)
    monkeypatch.setattr(torch, "ones", broken)

    assert pick_device("auto").kind == "cpu"
    with pytest.raises(DeviceError, match="no kernel image"):
        pick_device("cuda")
