"""The networks and the arithmetic around them: arrays in, values out.

Nothing here knows of Django, Celery or the catalogue. Modules import one way only::

    loader > backends > attributes > tracking | movement | crops | clothing | scenes
           | captions | clustering | reranking > runtime > weights > manifest
           > colors | geometry | embedding > types > errors

Vendors (onnxruntime, openvino, …) are imported in ``backends`` and ``runtime`` alone,
and there inside functions, so that importing the engine costs nothing.
"""
