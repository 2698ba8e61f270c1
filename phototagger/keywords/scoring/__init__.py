"""What the networks' labels and boxes are worth as keywords: thresholds and calibrated scores.
Everything that turns a network's number into a probability may come in.
"""
