"""Walks over an asset once: shots, keyframes, proxy, poster and sprite from a single decode.

Files are written into a folder under fixed names: ``proxy.mp4``, ``poster.webp``, ``sprite.webp``
and ``kf-000001.jpg``, ``kf-000002.jpg`` and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from fractions import Fraction
from pathlib import Path

from av.error import FFmpegError
from av.video.frame import VideoFrame

from ingest.errors import NoFrames

from .ahead import decode_ahead
from .decode import FrameReader
from .keyframes import MAX_SIDE_PX, Keyframe, KeyframeChooser, Sample
from .onlooking import HeldBack, Onlooker
from .opening import storage_errors
from .pictures import PictureMaker
from .proxy import CopyError, ProxyEncoder, copy_proxy, encoded_proxy, may_copy
from .sheets import SpriteMaker, save_jpeg, save_webp
from .shots import Cut, ShotDetector, shots_between
from .timeline import Timeline
from .tiny import Tiny, TinyMaker, sharpness_of
from .types import Image, KeyframeImage, MediaInfo, ShotsResult

PROXY_NAME, POSTER_NAME, SPRITE_NAME = "proxy.mp4", "poster.webp", "sprite.webp"
KEYFRAME_NAME = "kf-{:06}.jpg"

SAMPLE_S = Fraction(3, 10)
"""Pictures are made this often for keyframes and sprite, and where a shot may begin."""

_UNSMOOTHED_FROM_PX = 2 * MAX_SIDE_PX
"""From this size of a film on no picture of it is kept larger than half of it, each way, where the
proxy is a copy: what deblocking smooths is averaged away."""

_PROGRESS_FRAMES = 25

_AHEAD = 4
"""Frames decoded ahead: they may be 8K, at 50 MB each."""

Progress = Callable[[float], None]


def walk_asset(
    path: Path,
    info: MediaInfo,
    out_dir: Path,
    *,
    progress: Progress | None = None,
    onlooker: Onlooker | None = None,
) -> ShotsResult:
    """All that one decode of an asset gives; files go into ``out_dir``, which is made if needed.

    ``progress`` is called now and then with the part that is done, 0 to 1. ``onlooker`` is shown
    frames on the way, and abandoned where the walk fails. What an earlier walk left in the folder
    under the same names is replaced.

    Raises NoFrames where nothing decodes, NotAFile or NotMedia where the file has changed since
    it was probed, StorageFull.
    """
    with storage_errors():
        out_dir.mkdir(parents=True, exist_ok=True)
        for old in out_dir.glob("kf-*.jpg"):
            old.unlink()
    proxy = out_dir / PROXY_NAME
    is_copy = may_copy(info)
    walk = _Walk(path, info, out_dir, is_copy=is_copy, onlooker=onlooker)
    with ExitStack() as at_failure:
        if onlooker is not None:
            at_failure.callback(onlooker.abandon)
        with ExitStack() as stack:
            encoder = None if is_copy else stack.enter_context(encoded_proxy(path, info, proxy))
            walk.run(encoder, progress)
        if is_copy:
            _copy_or_encode(path, info, proxy, walk)
        if progress is not None:
            progress(1.0)
        result = walk.result(proxy)
        if onlooker is not None:
            onlooker.finish(result.shots)
        at_failure.pop_all()
    return result


def _copy_or_encode(path: Path, info: MediaInfo, proxy: Path, walk: _Walk) -> None:
    if not walk.reader.report.repaired_pts:
        with suppress(CopyError):
            copy_proxy(path, info, proxy, walk.first_pts)
            return
    with encoded_proxy(path, info, proxy) as encoder:
        for pts, frame in FrameReader(path, info).timed_frames():
            encoder.add(pts, frame)


class _Walk:
    """The state of one walk."""

    def __init__(
        self,
        path: Path,
        info: MediaInfo,
        out_dir: Path,
        *,
        is_copy: bool,
        onlooker: Onlooker | None = None,
    ) -> None:
        self._info = info
        self._out_dir = out_dir
        is_large = max(info.width, info.height) >= _UNSMOOTHED_FROM_PX
        is_seen_small = is_large and is_copy and onlooker is None  # onlookers cut pieces out
        self.reader = FrameReader(path, info, is_unsmoothed=is_seen_small)
        self._held_back = HeldBack(info, onlooker) if onlooker is not None else None
        self._pictures = PictureMaker(info, MAX_SIDE_PX)
        self._tinies = TinyMaker()
        self._detector = ShotDetector(info.time_base)
        self._chooser = KeyframeChooser(info.time_base)
        self._sprite = SpriteMaker(info.time_base, info.duration_s)
        self._sample_step = int(SAMPLE_S / info.time_base)
        self._next_sample: int | None = None
        self._step = Timeline(info.time_base, info.frame_rate).step
        self._cuts: list[Cut] = []
        self._keyframes: list[KeyframeImage] = []
        self._poster: tuple[float, Image] | None = None
        self._frame_count = 0
        self.first_pts = 0
        self._end_pts = 0

    def run(self, encoder: ProxyEncoder | None, progress: Progress | None) -> None:
        """Decode all frames and see to everything but a copied proxy."""
        for pts, frame in decode_ahead(self.reader.timed_frames(), _AHEAD):
            if self._frame_count == 0:
                self.first_pts = pts
            self._frame_count += 1
            self._end_pts = pts + self._step
            self._look_at(pts, frame)
            if encoder is not None:
                encoder.add(pts, frame)
            if progress is not None and self._frame_count % _PROGRESS_FRAMES == 0:
                progress(self._done(pts))
        if self._frame_count == 0 or self._next_sample is None:
            raise NoFrames(
                "No picture in this video can be decoded, it is cut off or damaged: copy it "
                "again from where it was recorded."
            )
        for cut in self._detector.finish(self._end_pts):
            self._take_cut(cut)
        self._keep(self._chooser.finish())
        if self._held_back is not None:
            self._held_back.flush()

    def result(self, proxy: Path) -> ShotsResult:
        """Everything found, after poster and sprite are written. Raises StorageFull."""
        assert self._poster is not None
        poster, sprite = self._out_dir / POSTER_NAME, self._out_dir / SPRITE_NAME
        save_webp(self._poster[1], poster)
        layout = self._sprite.save(sprite)
        return ShotsResult(
            shots=shots_between(self.first_pts, self._cuts, self._end_pts),
            keyframes=tuple(self._keyframes),
            proxy=proxy,
            poster=poster,
            sprite=sprite,
            sprite_layout=layout,
            frame_count=self._frame_count,
            first_pts=self.first_pts,
            end_pts=self._end_pts,
            report=self.reader.report,
        )

    def _look_at(self, pts: int, frame: VideoFrame) -> None:
        tiny = self._tinies.make(frame)
        cuts = self._detector.observe(pts, tiny)
        is_due = self._next_sample is None or pts >= self._next_sample
        if is_due or self._detector.is_suspicious():
            self._sample(pts, frame, tiny)
        if self._held_back is not None:
            self._held_back.add(pts, frame)
        for cut in cuts:
            self._take_cut(cut)
        if (settled := self._detector.settled_pts) is not None:
            self._keep(self._chooser.settle(settled))
            if self._held_back is not None:
                self._held_back.settle(settled)

    def _sample(self, pts: int, frame: VideoFrame, tiny: Tiny) -> None:
        try:
            image = self._pictures.make(frame)
        except (FFmpegError, ValueError, MemoryError):
            return
        self._next_sample = pts + self._sample_step
        self._chooser.add(Sample(pts, image, tiny, sharpness_of(frame)))
        self._sprite.add(pts, image)

    def _take_cut(self, cut: Cut) -> None:
        self._cuts.append(cut)
        self._keep(self._chooser.cut(cut))
        if self._held_back is not None:
            self._held_back.cut(cut.pts)

    def _keep(self, keyframes: Iterable[Keyframe]) -> None:
        for keyframe in keyframes:
            sample = keyframe.sample
            path = self._out_dir / KEYFRAME_NAME.format(len(self._keyframes) + 1)
            save_jpeg(sample.image, path)
            self._keyframes.append(KeyframeImage(sample.pts, keyframe.shot_index, path))
            worth = sample.tiny.contrast * (1 + min(sample.sharpness, 400.0) / 400)
            if self._poster is None or worth > self._poster[0] * 1.2:
                self._poster = worth, sample.image

    def _done(self, pts: int) -> float:
        length = self._info.duration_pts
        return min(0.99, (pts - self.first_pts) / length) if length else 0.0
