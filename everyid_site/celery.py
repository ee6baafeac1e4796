"""The Celery application. The database is the truth; a message only says "look at run N"."""

from __future__ import annotations

import logging
from typing import Any

from celery import Celery, signals
from kombu import Queue

from everyid_site.embedded import broker
from everyid_site.embedded.leash import die_with_parent
from everyid_site.env import choose_settings, environment
from everyid_site.idle import IdleRelease

QUEUES = ("media", "gpu")
REQUEUE_EVERY_S = 10
ERASE_EVERY_S = 3600

choose_settings()
broker.register()

app = Celery("everyid")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    # The queue is chosen when a run is published: by its stage, media or gpu.
    task_queues=[Queue(name, routing_key=name) for name in QUEUES],
    task_default_queue="media",
    task_default_routing_key="media",
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    # A worker takes one run at a time and acknowledges it when it is over.
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    # Brokers come and go: keep trying.
    broker_connection_retry=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    # In memory: the schedule has two lines and no state worth a file.
    beat_scheduler="celery.beat:Scheduler",
    beat_schedule={
        "requeue-dead-runs": {
            "task": "ingest.tasks.requeue_dead",
            "schedule": REQUEUE_EVERY_S,
            "options": {"queue": "media", "expires": REQUEUE_EVERY_S},
        },
        "erase-expired": {
            "task": "ingest.tasks.erase_expired",
            "schedule": ERASE_EVERY_S,
            "options": {"queue": "media", "expires": ERASE_EVERY_S},
        },
        "tend-excerpts-and-alerts": {
            "task": "search.tasks.tend",
            "schedule": REQUEUE_EVERY_S,
            "options": {"queue": "media", "expires": REQUEUE_EVERY_S},
        },
    },
)
app.set_default()
app.autodiscover_tasks()


@signals.setup_logging.connect
def _keep_djangos_logging(**_: Any) -> None:
    """Django's LOGGING is in force already; Celery adds nothing to it."""
    logging.captureWarnings(True)


@signals.worker_process_init.connect
@signals.beat_embedded_init.connect
def _die_with_worker(**_: Any) -> None:
    """A child of a killed worker would otherwise finish its stage for nobody."""
    die_with_parent()


@signals.worker_process_init.connect
def _release_when_idle(**_: Any) -> None:
    """Networks that nobody has used for a while are closed; the next stage opens them again."""
    from recognition.engine import loader

    keeper = IdleRelease(loader.close, environment().networks_idle_s)
    # Weak references would be gone with this function.
    signals.task_prerun.connect(lambda **_: keeper.started(), weak=False)
    signals.task_postrun.connect(lambda **_: keeper.ended(), weak=False)
