"""Identities: an asset's people join the people of its library, or become new ones."""

from __future__ import annotations

from typing import Any

from ingest.pipeline_types import Stage, StageContext
from recognition.engine.centres import FEW_PEOPLE, Calibrated, read_centre
from recognition.engine.clustering import SAME_PERSON
from recognition.models import Encoder
from recognition.networks import fingerprints, network_infos
from recognition.seeing import clothes, doubles, grouping, joining, pairs
from recognition.seeing.grouping import Plan, make_plan
from recognition.selectors import current_encoder
from recognition.services.doubles import CLEARLY_ALIKE_FROM
from recognition.services.grouping import lock_library, write_plan
from recognition.services.library_state import LibraryState, read_state, read_version
from recognition.services.permission import library_recognises

TRIES = 3
"""So often a plan is made without the lock; then with it, so that a busy library ends too."""


class _LibraryChangedError(Exception):
    """Someone else wrote between our reading and our writing: plan anew."""


def configuration() -> dict[str, Any]:
    """What the groups depend on: the person encoder and the thresholds."""
    centred = _centred()
    return {
        "networks": fingerprints("person"),
        "same_person": same_person(),
        "centre": None if centred is None else [centred.weights, centred.among],
        "caution": [pairs.CAUTION, pairs.SAME_ASSET_CAUTION, grouping.OVERLAP_S],
        "join": [joining.JOIN_MARGIN, joining.JOIN_ABOVE],
        "quality": [grouping.ALONE_FROM, grouping.CLUSTERED_FROM],
        "clothes": [clothes.SURE_FROM, clothes.UNLESS_ALIKE_BY],
        "doubles": [doubles.ONE_PLACE, doubles.APART_BELOW, doubles.SELDOM, CLEARLY_ALIKE_FROM],
        "sizes": [grouping.MOST_CLUSTERED, grouping.SETTLED_SIZE],
    }


def same_person() -> float:
    """The mean cosine from which groups of tracks are one person, for the network at work."""
    return float(_person_detail().get("same_person", SAME_PERSON))


def _person_detail() -> dict[str, str]:
    found = (info.detail for info in network_infos() if info.role == "person")
    return dict(next(found, {}))


def _centred() -> Calibrated | None:
    """How the network at work is centred by camera, where that was measured to be better."""
    space = _person_detail().get("centre")
    return read_centre(space) if space else None


def run(context: StageContext) -> None:
    """Group the people of the asset's library."""
    library_id = context.asset.library_id
    if not library_recognises(context.asset):
        _skip(context)
        return
    encoder = current_encoder(Encoder.Space.PERSON)
    centred = _centred()
    around = None if centred is None else centred.around
    for _ in range(TRIES):
        state = None if encoder is None else read_state(library_id, encoder, around)
        plan = None if state is None else _plan(state, context.asset.pk, centred)
        context.progress(0.9)
        try:
            _write(context, state, plan)
        except _LibraryChangedError:
            continue
        return
    with context.commit() as summary:
        lock_library(library_id)
        assert encoder is not None
        state = read_state(library_id, encoder, around)
        plan = _plan(state, context.asset.pk, centred)
        summary.update(write_plan(context.asset, state, plan))


def _skip(context: StageContext) -> None:
    """Nobody is to be recognised in this library: nothing is read or written."""
    with context.commit() as summary:
        summary["identities"] = 0


def _plan(state: LibraryState, asset_id: int, centred: Calibrated | None) -> Plan:
    return make_plan(
        state.facts,
        state.vectors,
        same_person=same_person(),
        slope=pairs.SLOPE if centred is None else centred.slope,
        among=FEW_PEOPLE if centred is None else centred.among,
        asset_id=asset_id,
        refusals=state.refusals,
        overlapping=state.overlapping,
        doubles=state.doubles,
    )


def _write(context: StageContext, state: LibraryState | None, plan: Plan | None) -> None:
    library_id = context.asset.library_id
    with context.commit() as summary:
        lock_library(library_id)
        if state is None or plan is None:
            summary["identities"] = 0
            return
        if read_version(library_id) != state.version:
            raise _LibraryChangedError
        summary.update(write_plan(context.asset, state, plan))


STAGE = Stage(
    name="recognition.stages.identities",
    version=6,
    queue="media",
    configuration=configuration,
    run=run,
    tells_people_apart=True,
)
