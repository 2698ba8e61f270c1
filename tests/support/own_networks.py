"""Tiny networks as a person or an extension would bring them: a spec folder with an ONNX graph or timm weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

SIDE = 32
COLOURS = ("red", "green", "blue")
SPEC = f"""\
task = "{{task}}"
runtime = "onnx"
weights = "colours.onnx"
labels = "labels.txt"
under = "paint"

[input]
size = [{SIDE}, {SIDE}]
crop_share = 1.0
mean = [0.0, 0.0, 0.0]
std = [255.0, 255.0, 255.0]

[origin]
licence = "CC0-1.0"
source = "made by this test"
"""


def colours_graph(*, fixed_batch: int | None = None, bytes_last: bool = False) -> bytes:
    """A graph that answers how red, green and blue a photo is, as numbers before a softmax."""
    batch = fixed_batch or "N"
    scale = numpy_helper.from_array(np.array(20.0 / 255 if bytes_last else 20.0, np.float32), "scale")
    shape = [batch, SIDE, SIDE, 3] if bytes_last else [batch, 3, SIDE, SIDE]
    kind = TensorProto.UINT8 if bytes_last else TensorProto.FLOAT
    axes = numpy_helper.from_array(np.array([1, 2] if bytes_last else [2, 3], np.int64), "axes")
    nodes = [
        helper.make_node("Cast", ["photos"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["numbers", "axes"], ["means"], keepdims=0),
        helper.make_node("Mul", ["means", "scale"], ["scores"]),
    ]
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("photos", kind, shape)],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [batch, 3])],
        [scale, axes],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    checker.check_model(model)
    return bytes(model.SerializeToString())


def put_colours(
    folder: Path, name: str = "colours", task: str = "classify", graph: bytes | None = None, more: str = ""
) -> Path:
    """The spec folder of a network that tells colours; ``more``: lines before the spec's tables."""
    own = folder / name
    own.mkdir(parents=True)
    (own / "spec.toml").write_text(more + SPEC.format(task=task), encoding="utf-8")
    (own / "colours.onnx").write_bytes(colours_graph() if graph is None else graph)
    (own / "labels.txt").write_text("\n".join(COLOURS), encoding="utf-8")
    return own
