"""Training of the built-in networks: `python -m training.builtin --help`.

Everything here reads a data folder and a teachers folder of the layout that `data.py` and
`teachers.py` describe, keeps its caches and checkpoints in a work folder outside the repository,
and writes finished weights, with their manifest, into `recognition/engine/builtin/`.
"""
