"""Questions to the database side by side: Postgres works on one while others are asked.

A search asks four to eight questions that do not wait for one another, and most of its time is
Postgres'. A few threads, each with a connection of its own, ask them at once; who waits asks what
nobody has begun. Within a transaction everything is asked on its own connection, one by one.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    connections,
)

T = TypeVar("T")
THREADS = 4
"""For all searches of a process together: more would not find a core."""
TRUSTED_S = 5.0
"""How long a connection that worked is taken to work. By eye."""

_used = threading.local()


def side_by_side(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """What each task gives, in order. Raises what the first of them raises, when all are over."""
    if len(tasks) < 2 or connection.in_atomic_block:
        return [task() for task in tasks]
    executor = _POOL.executor()
    futures = [executor.submit(_asked, task) for task in tasks[1:]]
    try:
        return [tasks[0](), *map(_result_of, futures, tasks[1:])]
    finally:
        for future in futures:
            if not future.cancel():
                future.exception()  # it is over before anything that it reads may change


def _result_of(future: Future[T], task: Callable[[], T]) -> T:
    return task() if future.cancel() else future.result()


def _asked(task: Callable[[], T]) -> T:
    """A task on the thread's own connection, which is looked after as a request's is.

    One that was just used is not tried first, which is a journey of its own for each task; if it
    is gone all the same, the task, a read, begins anew on another.
    """
    is_trusted = time.monotonic() - getattr(_used, "at", -math.inf) < TRUSTED_S
    close_old_connections()  # what is broken or has had its time
    if is_trusted:
        connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs lack it
        try:
            return _used_now(task)
        except (InterfaceError, OperationalError):
            if connection.is_usable():
                raise
            close_old_connections()
    return _used_now(task)


def _used_now(task: Callable[[], T]) -> T:
    _used.at = -math.inf
    found = task()
    _used.at = time.monotonic()
    return found


class _Pool:
    """The threads of this process: a child that was forked off has its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executor: ThreadPoolExecutor | None = None
        self._pid = 0

    def executor(self) -> ThreadPoolExecutor:
        """The threads, made when they are first needed."""
        with self._lock:
            if self._executor is None or self._pid != os.getpid():
                self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="search")
                self._pid = os.getpid()
            return self._executor

    def close(self) -> None:
        """End the threads and their connections; they are made anew when needed."""
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is None:
            return
        together = threading.Barrier(THREADS)
        for _ in range(THREADS):
            executor.submit(_leave, together)
        executor.shutdown(wait=True)


def _leave(together: threading.Barrier) -> None:
    together.wait()  # so that every thread has one of these
    connections.close_all()


_POOL = _Pool()


def close_threads() -> None:
    """End what ``side_by_side`` keeps: before a test's database is dropped."""
    _POOL.close()
