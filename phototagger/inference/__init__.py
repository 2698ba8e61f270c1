"""See CONTRIBUTING.md for what this room holds."""

import os

# ONNX Runtime's packages report their use to their maker over the network and keep an id of the device on the
# disk, unless one of these (by version) is set before they are first imported. phototagger connects to nobody.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["ORT_TELEMETRY_DISABLED"] = "1"
