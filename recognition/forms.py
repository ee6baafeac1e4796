"""What people type and choose on the people pages."""

from __future__ import annotations

from typing import Any

from django import forms

from recognition.services.editing import MOST_PICKED
from recognition.services.identities import MAX_NAME_LENGTH

SORTS = ("size", "new", "doubt")
SHOWN = ("all", "named", "unknown")


class Numbers(forms.Field):
    """Several primary keys under one name."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[int]:
        given = [str(item) for item in value or []]
        if len(given) > MOST_PICKED:
            raise forms.ValidationError(f"At most {MOST_PICKED} can be chosen at once.")
        if any(not (item.isascii() and item.isdigit() and len(item) < 19) for item in given):
            raise forms.ValidationError("Something chosen here is not on this page: reload it.")
        return list(dict.fromkeys(int(item) for item in given))


class PickForm(forms.Form):
    """What was ticked, and what is to be done with it: given to a person, or a new name."""

    tracks = Numbers(required=False)
    people = Numbers(required=False)
    person = forms.CharField(required=False, max_length=MAX_NAME_LENGTH)
    name = forms.CharField(required=False, max_length=MAX_NAME_LENGTH)

    @property
    def picked_tracks(self) -> list[int]:
        """The chosen appearances."""
        return list(self.cleaned_data["tracks"])

    @property
    def picked_people(self) -> list[int]:
        """The chosen people."""
        return list(self.cleaned_data["people"])


class NameForm(forms.Form):
    """A person's name; empty takes it away."""

    name = forms.CharField(required=False, max_length=MAX_NAME_LENGTH)


class PeopleFilter(forms.Form):
    """Which people the grid shows."""

    library = forms.SlugField(required=False)
    hidden = forms.BooleanField(required=False)
    name = forms.CharField(required=False, max_length=MAX_NAME_LENGTH, strip=True)
    sort = forms.ChoiceField(required=False, choices=[(word, word) for word in SORTS])
    show = forms.ChoiceField(required=False, choices=[(word, word) for word in SHOWN])
    page = forms.IntegerField(required=False, min_value=1)


class CoverForm(forms.Form):
    """The crop that becomes a person's picture."""

    crop = forms.IntegerField(min_value=1)
