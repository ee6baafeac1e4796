"""The networks and the arithmetic around them: arrays in, values out.

Nothing here knows of Django, Celery or the catalogue. Modules import one way only::

    loader > backends > tracking | crops | attributes | scenes | captions | clustering
           | reranking > runtime > weights > colors > geometry | embedding > types > errors

Vendors (onnxruntime, openvino, …) are imported in ``backends`` and ``runtime`` alone,
and there inside functions, so that importing the engine costs nothing.
"""
