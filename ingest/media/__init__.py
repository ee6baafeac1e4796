"""Footage as values: probing, decoding, shots, keyframes, proxies and time. No Django here.

Built on FFmpeg's libraries through PyAV. Pictures are uint8 RGB arrays of shape (height, width,
3), already turned upright and with square pixels; time is an integer ``pts`` in the asset's
``time_base``.
"""
