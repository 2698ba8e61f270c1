"""One module for each thing that is measured, and the metrics.
A new figure may come in.
"""
