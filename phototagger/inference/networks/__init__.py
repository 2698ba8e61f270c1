"""The embedded networks as torch modules.

Importing this package does not import torch; its modules do. Only :mod:`phototagger.inference.zoo.backends`
loads them, and only when a network has to be run by torch or exported to ONNX.
"""
