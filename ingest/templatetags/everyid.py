"""Tags and filters that every room's templates use: icons, and times as people read them."""

from __future__ import annotations

from fractions import Fraction

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ingest.models import StageRun

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """The icon ``name`` of ``static/img/icons.svg``, hidden from screen readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


def _is_empty(value: object) -> bool:
    """Whether a template has nothing here; to compare a Fraction with a text takes it long."""
    return isinstance(value, str) and not value


@register.filter
def clock(seconds: Fraction | float | int | None) -> str:
    """Seconds as ``m:ss`` or ``h:mm:ss``, rounded down; empty for None."""
    if seconds is None or _is_empty(seconds):
        return ""
    whole = int(seconds)
    hours, rest = divmod(max(whole, 0), 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


@register.filter
def plain_seconds(seconds: Fraction | float | int | None) -> str:
    """Seconds with milliseconds for addresses and attributes: ``12.5``; empty for None."""
    if seconds is None or _is_empty(seconds):
        return ""
    return f"{float(seconds):.3f}".rstrip("0").rstrip(".")


@register.filter
def one_decimal(seconds: Fraction | float | int) -> str:
    """Seconds of something short: ``1.6``."""
    return f"{float(seconds):.1f}"


@register.filter
def container_names(names: str) -> str:
    """FFmpeg's names of a container for people: ``mov,mp4,m4a,3gp,3g2,mj2`` is ``mov, mp4, …``."""
    known = names.split(",")
    return ", ".join(known[:2]) + (", …" if len(known) > 2 else "")


@register.filter
def percent(fraction: float | None) -> str:
    """0–1 as a whole percentage."""
    return "" if fraction is None else f"{round(fraction * 100)} %"


_STAGE_NAMES = {
    "probe": "Reading the file",
    "shots": "Finding shots",
    "tracks": "Following people",
    "embeddings": "Comparing looks",
    "descriptions": "Describing",
    "identities": "Recognising people",
    "lines": "Reading subtitles",
}


@register.filter
def stage_name(dotted: str) -> str:
    """A stage of the pipeline in words; an unknown one by the end of its name."""
    last = dotted.rpartition(".")[2]
    return _STAGE_NAMES.get(last, last.replace("_", " ").capitalize())


@register.filter
def run_seconds(run: StageRun) -> str:
    """How long a finished run took."""
    if run.started_at is None or run.finished_at is None:
        return ""
    seconds = (run.finished_at - run.started_at).total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else clock(seconds)
