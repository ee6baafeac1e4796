"""What can go wrong in the engine.

    EngineError
    ├── WeightsError            a weights file is missing, damaged or wrong (permanent)
    │   ├── WeightsMissing
    │   └── WeightsDamaged
    ├── NetworkFailed           a network could not be run on this input (may pass: retry)
    └── BadValue                a value has the wrong shape or range (permanent)

Every error carries a ``code`` for programs, a sentence for people (its ``str``) and
``permanent``: whether trying the same again is pointless.
"""

from __future__ import annotations


class EngineError(Exception):
    """Base of all engine errors."""

    code = "engine"
    permanent = True


class WeightsError(EngineError):
    """A weights file cannot be used."""

    code = "weights"


class WeightsMissing(WeightsError):
    """A weights file is not where the manifest says."""

    code = "weights_missing"


class WeightsDamaged(WeightsError):
    """A weights file does not have the checksum that the manifest records."""

    code = "weights_damaged"


class NetworkFailed(EngineError):
    """A network raised while running; another try may succeed."""

    code = "network_failed"
    permanent = False


class BadValue(EngineError):
    """A value has the wrong shape, type or range."""

    code = "bad_value"
