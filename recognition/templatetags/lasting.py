"""How long something takes, as people say it."""

from __future__ import annotations

from django import template

register = template.Library()

MINUTE_S, HOUR_S = 60, 3600


@register.filter
def lasting(seconds: float | None) -> str:
    """ "8 s", "2 min", "1.5 h"; empty for None."""
    if seconds is None:
        return ""
    if seconds < MINUTE_S * 1.5:
        return f"{max(1, round(seconds))} s"
    if seconds < HOUR_S * 1.5:
        return f"{round(seconds / MINUTE_S)} min"
    hours = seconds / HOUR_S
    return f"{hours:.1f} h".replace(".0 h", " h")


@register.filter
def times_chance(ratio: float) -> str:
    """ "3 ×", "1.4 ×": how many times as often as by chance."""
    return f"{ratio:.0f} ×" if ratio >= 9.5 else f"{ratio:.1f} ×"
