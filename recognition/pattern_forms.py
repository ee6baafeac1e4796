"""What is asked of patterns: days, cameras, how near is together, and around whom."""

from __future__ import annotations

from typing import Any

from django import forms

from recognition.patterns.reading import Window

MINUTES = (0, 5, 30)
"""Together: in one shot, or within so many minutes at one place."""
UNSEEN_S = (0, 30, 60, 120, 300, 600, 1800)
MOST_CAMERAS_CHOSEN = 50
_LARGEST = 2**63 - 1


class CameraKeys(forms.Field):
    """Primary keys of cameras under one name; what is empty is left out."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> tuple[int, ...]:
        given = [str(item) for item in value or [] if str(item)]
        if len(given) > MOST_CAMERAS_CHOSEN:
            raise forms.ValidationError(f"At most {MOST_CAMERAS_CHOSEN} cameras can be chosen.")
        if any(not (item.isascii() and item.isdigit() and len(item) < 19) for item in given):
            raise forms.ValidationError("A camera is named by its number.")
        return tuple(dict.fromkeys(int(item) for item in given))


class PatternForm(forms.Form):
    """Which sightings patterns are read from."""

    since = forms.DateField(required=False)
    until = forms.DateField(required=False)
    camera = CameraKeys(required=False)
    minutes = forms.TypedChoiceField(
        required=False, choices=[(m, m) for m in MINUTES], coerce=int, empty_value=None
    )
    around = forms.IntegerField(required=False, min_value=1, max_value=_LARGEST)

    def clean(self) -> dict[str, Any]:
        """Refuses days in the wrong order."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            raise forms.ValidationError(
                f"The first day ({since}) is after the last ({until}): exchange them."
            )
        return given

    @property
    def window(self) -> Window:
        """What was chosen, of a form that is valid."""
        chosen = self.cleaned_data
        return Window(chosen["since"], chosen["until"], chosen["camera"], chosen["minutes"] or 0)

    def problem(self) -> str:
        """The first thing that is wrong, as a sentence."""
        for name, errors in self.errors.items():
            sentence = str(errors[0])
            return sentence if name == "__all__" else f"{name}: {sentence}"
        return ""


class OutlookForm(forms.Form):
    """After leaving which camera, and not being seen for how long, in seconds."""

    camera = forms.IntegerField(required=False, min_value=1, max_value=_LARGEST)
    unseen_s = forms.FloatField(required=False, min_value=0, max_value=86400 * 7)
