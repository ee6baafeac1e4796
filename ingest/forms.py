"""Forms of libraries, members, cameras, uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from ingest.models import Asset, AuditEntry, Camera, Library, Role

if TYPE_CHECKING:  # Django's form classes take type parameters in the stubs alone
    LibraryFormBase = forms.ModelForm[Library]
    CameraFormBase = forms.ModelForm[Camera]
    AssetFormBase = forms.ModelForm[Asset]
else:
    LibraryFormBase = CameraFormBase = AssetFormBase = forms.ModelForm


class LibraryForm(LibraryFormBase):
    """A new library."""

    class Meta:
        model = Library
        fields = ("name",)
        help_texts = {"name": "For example a production, a place or a year."}
        error_messages = {"name": {"unique": "There is a library of this name already."}}


class NewLibraryForm(LibraryForm):
    """A new library, and whether people are told apart in it."""

    recognises_people = forms.BooleanField(
        required=False,
        label="Recognise people in it",
        help_text="The same person is found again across footage. Off: nobody is told apart, and "
        "everything else still works. You can change this later.",
    )
    reason = forms.CharField(
        required=False,
        max_length=300,
        label="Why people may be recognised",
        help_text="For example: consent of everyone filmed. It is kept, and owners can read it.",
    )

    def clean(self) -> dict[str, Any]:
        """Recognition needs a reason."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("recognises_people") and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", "Write down why, or leave recognition off.")
        return cleaned


class AuditFilter(forms.Form):
    """What the audit log is narrowed to."""

    verb = forms.ChoiceField(
        required=False, choices=[("", "Anything"), *AuditEntry.Verb.choices], label="What"
    )
    who = forms.CharField(required=False, max_length=150, label="Who")
    about = forms.CharField(required=False, max_length=200, label="About")
    since = forms.DateField(
        required=False, label="From", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        required=False, label="To", widget=forms.DateInput(attrs={"type": "date"})
    )


class ChangesForm(forms.Form):
    """Since which entry, and about whom, an open page asks for news."""

    since = forms.IntegerField(required=False, min_value=0, max_value=2**62)
    identity = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class MemberForm(forms.Form):
    """Someone to add, by the name they sign in with."""

    username = forms.CharField(
        max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.VIEWER)

    def clean_username(self) -> User:
        """The user."""
        name = self.cleaned_data["username"].strip()
        user: User | None = get_user_model().objects.filter(username=name, is_active=True).first()
        if user is None:
            raise forms.ValidationError(
                "Nobody here signs in with this name. Ask an administrator to add them first."
            )
        return user


class RoleForm(forms.Form):
    """A member's new role, or ``remove``."""

    role = forms.ChoiceField(choices=(*Role.choices, ("remove", "Remove")))


class CameraForm(CameraFormBase):
    """A camera of the library given by ``instance``."""

    clock_offset_s = forms.FloatField(
        required=False,
        initial=0,
        min_value=-100_000_000,
        max_value=100_000_000,
        label="Clock offset, seconds",
        help_text="Added to recorded times to make them true.",
    )

    class Meta:
        model = Camera
        fields = ("name", "place", "overlaps")
        widgets = {"overlaps": forms.CheckboxSelectMultiple}
        labels = {"overlaps": "Sees the same place as"}
        help_texts = {"overlaps": "Then one person may be on both at once."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["overlaps"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Camera.objects.filter(library_id=self.instance.library_id).exclude(
            pk=self.instance.pk
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a second camera of one name; the library is not among the form's fields."""
        cleaned = super().clean() or self.cleaned_data
        others = Camera.objects.filter(
            library_id=self.instance.library_id, name=cleaned.get("name")
        )
        if others.exclude(pk=self.instance.pk).exists():
            self.add_error("name", "This library has a camera of this name already.")
        self.instance.clock_offset_ms = round((cleaned.get("clock_offset_s") or 0) * 1000)
        return cleaned


class AssetFilter(forms.Form):
    """What a library's page is narrowed to."""

    status = forms.ChoiceField(
        required=False,
        choices=(
            ("", "Any status"),
            (Asset.Status.READY, "Ready"),
            ("working", "Being indexed"),
            (Asset.Status.FAILED, "Failed"),
            (Asset.Status.CANCELLED, "Cancelled"),
        ),
    )
    camera = forms.ModelChoiceField(Camera.objects.none(), required=False, empty_label="Any camera")

    def __init__(self, data: Any, *, library: Library) -> None:
        super().__init__(data)
        field = self.fields["camera"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = library.cameras.all()


class AssetCameraForm(AssetFormBase):
    """Which camera recorded the asset."""

    class Meta:
        model = Asset
        fields = ("camera",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["camera"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.instance.library.cameras.all()
        field.empty_label = "Unknown"


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files; their contents are judged one by one by the upload service."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files that were sent, empty ones too: they get an answer of their own."""
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        if not files:
            raise forms.ValidationError("Choose at least one file.")
        return list(files)


class UploadForm(forms.Form):
    """Files to add."""

    footage = FilesField(
        label="Video files",
        widget=ManyFiles(
            attrs={"accept": "video/*,.mkv,.mts,.m2ts,.mxf,.264,.265,.h264,.hevc,.srt,.vtt"}
        ),
    )
    camera = forms.ModelChoiceField(
        Camera.objects.none(), required=False, empty_label="Unknown, or several"
    )

    def __init__(self, *args: Any, library: Library) -> None:
        super().__init__(*args)
        field = self.fields["camera"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = library.cameras.all()
