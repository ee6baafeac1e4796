"""What people type and choose on the people pages."""

from __future__ import annotations

from django import forms

from recognition.services.identities import MAX_NAME_LENGTH


class NameForm(forms.Form):
    """A person's name; empty takes it away."""

    name = forms.CharField(required=False, max_length=MAX_NAME_LENGTH)


class PeopleFilter(forms.Form):
    """Which people the grid shows."""

    library = forms.SlugField(required=False)
    hidden = forms.BooleanField(required=False)
    page = forms.IntegerField(required=False, min_value=1)


class CoverForm(forms.Form):
    """The crop that becomes a person's picture."""

    crop = forms.IntegerField(min_value=1)
