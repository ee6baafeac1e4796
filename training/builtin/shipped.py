"""Warm start from the shipped ONNX files (`--from-shipped`): their weights back into a torch checkpoint.

The exporter names initializers after the torch parameters where it does not fold them; batch norms are folded into
the convolutions before them, so a restored network starts with neutral norms and the folded weights: the same
function, ready to train on.
"""
