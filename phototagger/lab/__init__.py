"""Measuring: how right and how fast the program is, on photos with ground truth.
Measurements may come in; the product's own jobs may not depend on them.
"""
