"""Exports: moments of footage as the files that editing programs read. Pure, no Django.

``timeline`` says what is exported, in whole frames; each format is one module with one function
from a ``Timeline`` to text. ``FORMATS`` in ``formats`` lists them.
"""
