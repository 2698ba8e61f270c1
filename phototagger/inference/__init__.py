"""All that runs networks, the only place that knows torch, timm and ONNX Runtime.
What a network says may come in; what is made of it is a matter for ``keywords`` and the jobs.
"""

import os

# ONNX Runtime's packages report their use to their maker over the network and keep an id of the device on the
# disk, unless one of these (by version) is set before they are first imported. phototagger connects to nobody.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["ORT_TELEMETRY_DISABLED"] = "1"
