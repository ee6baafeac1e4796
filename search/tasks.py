"""What workers do for this room. Ids in, no logic here."""

from __future__ import annotations

from collections.abc import Sequence

from celery import shared_task

from search.services import alerts, checks, examples, excerpts, notices


@shared_task(name=excerpts.CUT, acks_late=True, ignore_result=True)
def cut_excerpts(order_id: int) -> None:
    """Cut the files of an order."""
    excerpts.cut(order_id)


@shared_task(name=checks.LOOK, acks_late=True, ignore_result=True)
def look_at_moments(check_ids: Sequence[int]) -> None:
    """Look at keyframes for the words that were asked."""
    checks.look(check_ids)


@shared_task(name="search.tasks.tend", ignore_result=True)
def tend() -> None:
    """Take back orders of dead workers, remove what is over, ask alerts of new footage, tell."""
    excerpts.tend()
    examples.forget_expired()
    checks.tend()
    alerts.look_at_new_footage()
    notices.send_due()
