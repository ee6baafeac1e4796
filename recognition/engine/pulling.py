"""Pulling weights: an entry's files from a mirror, the hub or their own addresses, checked.

A file takes its place only after its SHA-256 was compared with the manifest's or the lock's; where
neither has one, it is compared with what the hub says of it, if it does, and recorded. safetensors
come before pickles because manifests name them first.
"""

from __future__ import annotations

import fcntl
import json
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from recognition.engine import lock
from recognition.engine.errors import WeightsDamaged, WeightsError, WeightsMissing
from recognition.engine.fetching import Fetch, NotThere, Progress, fetch
from recognition.engine.manifest import WeightsEntry, WeightsFile
from recognition.engine.weights import is_present, sha256_of, verify

INDEX = ".index.json"
"""How a file ends that names the shards of a large network."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where weights come from.

    ``mirror``: a folder, ``file://`` or ``http(s)://`` with the manifest's paths, asked instead of
    all else. ``hub_endpoint``: the hub's address, empty for the one that ``huggingface_hub``
    knows. ``is_offline``: only a mirror on this machine's disks is asked.
    """

    mirror: str = ""
    hub_endpoint: str = ""
    token: str = ""
    is_offline: bool = False

    @property
    def is_local(self) -> bool:
        """Whether the mirror is a folder."""
        return bool(self.mirror) and urllib.parse.urlsplit(self.mirror).scheme in ("", "file")


def pull(entry: WeightsEntry, origin: Origin, into: Path, progress: Progress | None = None) -> Path:
    """Fetch every file of ``entry`` that ``into`` lacks; the main file's path.

    What was pulled is recorded in the folder's lock. Raises ``WeightsMissing`` when a file cannot
    be had, ``WeightsDamaged`` when what came is not what is recorded (it is not kept).
    """
    if not entry.files:
        raise WeightsError(f"“{entry.name}” runs on a server: there is nothing to pull.")
    into.mkdir(parents=True, exist_ok=True)
    with _alone(into):
        if not is_present(entry, into):
            _Pull(entry, origin, into, progress).run()
    return verify(entry, into)


def remove(entry: WeightsEntry, folder: Path) -> int:
    """Delete an entry's files, begun ones too, and forget its checksums; bytes that were freed."""
    with _alone(folder):
        known = lock.locked(entry, folder)
        paths = {path for file in (*known.files, *entry.files) for path in _paths(file)}
        freed = 0
        for path in sorted(paths):
            for name in (path, f"{path}.part", f"{path}.part.json"):
                freed += _delete(folder / name, folder)
        lock.forget(entry, folder)
        return freed


def _paths(file: WeightsFile) -> tuple[str, ...]:
    return (file.path, *file.alternatives)


def _delete(path: Path, root: Path) -> int:
    try:
        size = path.stat().st_size
        path.unlink()
    except FileNotFoundError:
        return 0
    parent = path.parent
    while parent != root and not any(parent.iterdir()):
        parent.rmdir()
        parent = parent.parent
    return size


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One pull at a time: a second waits, and then finds the files here."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".pull.guard").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


class _Pull:
    """One entry on its way."""

    def __init__(self, entry: WeightsEntry, origin: Origin, into: Path, progress: Progress | None):
        self._entry, self._origin, self._into, self._tell = entry, origin, into, progress
        self._commit = ""
        known = lock.locked(entry, into)
        self._recorded = {file.path: file.sha256 for file in known.files if file.sha256}

    def run(self) -> None:
        """Every file, then the lock."""
        got: list[WeightsFile] = []
        for file in self._entry.files:
            got += self._first_of(file)
        if not self._entry.is_locked:
            lock.record(self._entry, got, self._into, commit=self._commit)

    def _first_of(self, file: WeightsFile) -> list[WeightsFile]:
        """The file or the first of its alternatives that is there, with shards if it names any."""
        refusal: NotThere | None = None
        for path in _paths(file):
            try:
                one = self._get(replace(file, path=path, alternatives=()))
            except NotThere as error:
                refusal = refusal or error
                continue
            return [one, *self._shards(one)] if path.endswith(INDEX) else [one]
        if file.is_optional:
            return []
        assert refusal is not None
        raise refusal

    def _shards(self, index: WeightsFile) -> list[WeightsFile]:
        path = self._into / index.path
        try:
            names = sorted(set(json.loads(path.read_bytes())["weight_map"].values()))
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise WeightsDamaged(f"{path} of “{self._entry.name}” names no shards.") from error
        if any(PurePosixPath(name).name != name for name in names):
            raise WeightsDamaged(f"{path} of “{self._entry.name}” names files of other folders.")
        folder = PurePosixPath(index.path).parent
        return [self._get(WeightsFile(str(folder / name), "")) for name in names]

    def _get(self, file: WeightsFile) -> WeightsFile:
        target = self._into / file.path
        expected = file.sha256 or self._recorded.get(file.path, "")
        if target.is_file() and expected and sha256_of(target) == expected:
            return replace(file, sha256=expected, bytes=target.stat().st_size)
        job = Fetch(
            self._entry.name, file.path, self._address(file), target, self._token(), self._tell
        )
        was_begun = job.part.is_file()
        fetch(job)
        digest = self._checked(job, expected, was_begun=was_begun)
        job.part.chmod(0o644)
        job.part.replace(target)
        job.forget()
        self._commit = self._commit or job.note.get("commit", "")
        return replace(file, sha256=digest, bytes=target.stat().st_size)

    def _checked(self, job: Fetch, expected: str, *, was_begun: bool) -> str:
        """The checksum of what came, if it is right; a file joined of two halves gets one more
        try from its beginning."""
        digest, wanted = sha256_of(job.part), expected or job.note.get("sha256", "")
        if not wanted or digest == wanted:
            return digest
        job.forget()
        if was_begun:
            fetch(job)
            return self._checked(job, expected, was_begun=False)
        raise WeightsDamaged(
            f"What {job.address} holds is not the “{self._entry.name}” that is recorded "
            f"(checksum {digest[:12]}…, expected {wanted[:12]}…); nothing was kept. If it was "
            f"published anew and you trust it: `manage.py weights remove {self._entry.name}` first."
        )

    def _token(self) -> str:
        return "" if self._origin.mirror or self._entry.kind != "hub" else self._origin.token

    def _address(self, file: WeightsFile) -> str:
        mirror = self._origin.mirror
        if self._origin.is_offline and not self._origin.is_local:
            raise WeightsMissing(
                f"“{self._entry.name}” is not here, and EVERYID_OFFLINE forbids to pull it: "
                "set EVERYID_WEIGHTS_MIRROR to a folder that has it."
            )
        if mirror:
            if "://" not in mirror:
                return (Path(mirror).absolute() / file.path).as_uri()
            return mirror.rstrip("/") + "/" + urllib.parse.quote(file.path)
        if self._entry.kind == "hub":
            return self._hub_address(file)
        if file.url:
            return file.url
        raise WeightsMissing(
            f"No mirror is set and “{self._entry.name}” has no address of its own for "
            f"{file.path}; set EVERYID_WEIGHTS_MIRROR to a folder or address that has it."
        )

    def _hub_address(self, file: WeightsFile) -> str:
        """As the hub's own client makes it, which knows the hub's address."""
        from huggingface_hub import hf_hub_url

        address: str = hf_hub_url(
            self._entry.repo,
            file.path.removeprefix(f"{self._entry.repo}/"),
            revision=self._entry.revision or None,
            endpoint=self._origin.hub_endpoint or None,
        )
        return address
