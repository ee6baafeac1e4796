"""What is uploaded leaves a record of what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile, UploadedFile

from ingest import storage
from ingest.models import Library, Upload
from ingest.services.uploads import receive
from tests.factories import make_user


def in_memory(name: str, content: bytes) -> UploadedFile[Any]:
    """A small upload."""
    return SimpleUploadedFile(name, content)


def on_disk(name: str, content: bytes) -> UploadedFile[Any]:
    """A large upload, as Django spools it."""
    file = TemporaryUploadedFile(name, "video/mp4", len(content), None)
    file.write(content)
    return file


@pytest.mark.parametrize("make", [in_memory, on_disk])
def test_it_accepts_then_knows_the_duplicate(library: Library, film: Path, make: Any) -> None:
    user = make_user()
    with make("a\nb.mp4", film.read_bytes()) as file:
        first = receive(library=library, user=user, uploaded_file=file)
    with make("b.mp4", film.read_bytes()) as file:
        second = receive(library=library, user=user, uploaded_file=file)
    assert (first.outcome, first.name, first.sentence) == (Upload.Outcome.ACCEPTED, "a b.mp4", "")
    assert first.user == user and first.size_bytes == film.stat().st_size
    assert (second.outcome, second.asset) == (Upload.Outcome.DUPLICATE, first.asset)
    assert first.asset is not None
    assert storage.source_path(first.asset).read_bytes() == film.read_bytes()
    assert not list(storage.incoming_root().glob("*"))


@pytest.mark.parametrize("make", [in_memory, on_disk])
def test_it_refuses_in_a_sentence(library: Library, make: Any) -> None:
    with make("letter.mp4", b"Dear Sir") as file:
        upload = receive(library=library, user=None, uploaded_file=file)
    assert (upload.outcome, upload.error_code) == (Upload.Outcome.REFUSED, "not_media")
    assert upload.sentence and upload.asset is None
    assert not list(storage.incoming_root().glob("*"))


def test_it_refuses_what_is_too_large(library: Library, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 5
    with in_memory("a.mp4", b"123456") as file:
        assert receive(library=library, user=None, uploaded_file=file).error_code == "too_large"
