"""What workers do for this room. Ids in, no logic here."""

from __future__ import annotations

from celery import shared_task

from search.services import alerts, examples, excerpts


@shared_task(name=excerpts.CUT, acks_late=True, ignore_result=True)
def cut_excerpts(order_id: int) -> None:
    """Cut the files of an order."""
    excerpts.cut(order_id)


@shared_task(name="search.tasks.tend", ignore_result=True)
def tend() -> None:
    """Take back orders of dead workers, remove what is over, ask alerts of new footage."""
    excerpts.tend()
    examples.forget_expired()
    alerts.look_at_new_footage()
