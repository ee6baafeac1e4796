"""What people type on the pages of privacy, sharing and comments."""

from __future__ import annotations

from typing import Any

from django import forms

from recognition.models.comment import MAX_COMMENT_LENGTH
from recognition.services.sharing import DEFAULT_DAYS, MAX_DAYS


class SwitchForm(forms.Form):
    """On or off, and why."""

    is_on = forms.BooleanField(required=False)
    reason = forms.CharField(max_length=300, label="Why")
    erase_people = forms.BooleanField(required=False)


class RetentionForm(forms.Form):
    """For how many days footage is kept; empty: for good."""

    days = forms.IntegerField(required=False, min_value=1, max_value=36_500, label="Days")


class ConfirmForm(forms.Form):
    """The name of what is to be erased, typed to be sure."""

    typed = forms.CharField(
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, name: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["typed"].label = f"Type “{name}” to be sure"


class ShareForm(forms.Form):
    """A link to be made."""

    title = forms.CharField(max_length=120, help_text="All that guests read above the pictures.")
    days = forms.IntegerField(
        min_value=1, max_value=MAX_DAYS, initial=DEFAULT_DAYS, label="Open for, days"
    )
    password = forms.CharField(
        required=False,
        max_length=200,
        help_text="Optional. Tell it to guests by another way than the link.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PasswordForm(forms.Form):
    """What a guest was told."""

    password = forms.CharField(
        max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )


class CommentForm(forms.Form):
    """A comment."""

    text = forms.CharField(
        max_length=MAX_COMMENT_LENGTH,
        strip=False,
        label="Say something to the others",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
