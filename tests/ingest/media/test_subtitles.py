"""Lines out of subtitle streams and of files beside footage: exact, plain, and never a crash."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.media.lines import LONGEST_TEXT, Clock, Cue, in_order, lines_of, plain
from ingest.media.sidecars import (
    LARGEST_BYTES,
    cues_of,
    decoded,
    ending_of,
    find_sidecars,
    read_sidecars,
    stem_of,
)
from ingest.media.subtitles import subtitles_in
from tests.films import Scene, make_film
from tests.ingest.media.subtitled import add_subtitles, mov_text

CLOCK = Clock(Fraction(1, 12800), 0, 12800 * 3)
SRT = """1
00:00:00,500 --> 00:00:01,500
<i>Hello</i> {\\an8}world

2
00:00:02,000 --> 00:00:02,900
Grüße, Zoë
– and more
"""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of a beach."""
    path = tmp_path_factory.mktemp("films") / "film.mp4"
    make_film(path, (Scene("beach", Fraction(3)),))
    return path


# Streams in the container


@pytest.mark.parametrize(
    ("codec", "name", "words"),
    [
        ("mov_text", "a.mp4", mov_text("Hello & <b>world</b>")),
        ("subrip", "a.mkv", b"<i>Hello</i> &amp; {\\an8}world"),
        ("ass", "a.mkv", b"0,0,Default,,0,0,0,,{\\pos(10,20)\\i1}Hello{\\i0} & \\Nworld"),
        ("webvtt", "b.mkv", b"<v Anna>Hello &amp; <b>world</b>"),
    ],
)
def test_every_kind_of_stream_gives_words_and_exact_times(
    film: Path, tmp_path: Path, codec: str, name: str, words: bytes
) -> None:
    path = add_subtitles(film, tmp_path / name, [(codec, "eng", [(500, 1000, words)])])
    heard = subtitles_in(path, CLOCK)
    assert heard.notes == ()
    (line,) = heard.lines
    assert line.text == "Hello & world"
    assert (line.start_pts, line.end_pts) == (6400, 19200)  # half a second, one and a half
    assert (line.language, line.source) == ("eng", "subtitles 1")


def test_streams_that_say_the_same_say_it_once_and_empty_ones_nothing(
    film: Path, tmp_path: Path
) -> None:
    said = [(0, 900, mov_text("One")), (900, 100, mov_text("")), (1000, 500, mov_text("Two"))]
    other = [(1000, 500, mov_text("Zwei"))]
    path = add_subtitles(
        film,
        tmp_path / "c.mp4",
        [("mov_text", "eng", said), ("mov_text", "eng", said), ("mov_text", "deu", other)],
    )
    lines = in_order(subtitles_in(path, CLOCK).lines)
    assert [(line.text, line.language) for line in lines] == [
        ("One", "eng"), ("Two", "eng"), ("Zwei", "deu"),
    ]  # fmt: skip


def test_a_film_without_subtitles_has_none(film: Path) -> None:
    assert subtitles_in(film, CLOCK).lines == ()


def test_a_cut_off_file_gives_what_it_has(film: Path, tmp_path: Path) -> None:
    cues = [(i * 100, 100, f"line {i}".encode()) for i in range(25)]
    path = add_subtitles(film, tmp_path / "cut.mkv", [("subrip", "", cues)])
    whole = path.read_bytes()
    for share in (0.2, 0.5, 0.9):
        path.write_bytes(whole[: int(len(whole) * share)])
        lines = subtitles_in(path, CLOCK).lines
        assert {line.text for line in lines} <= {f"line {i}" for i in range(25)}


# On the clock


def test_lines_are_half_open_cover_what_they_touch_and_stay_in_the_asset() -> None:
    clock = Clock(Fraction(1, 25), 100, 150)  # from second 4 to second 6
    cues = [
        Cue(Fraction("3.9"), Fraction("4.01"), "hangs over the start"),
        Cue(Fraction("4.019"), Fraction("4.021"), "less than a frame"),
        Cue(Fraction("5.5"), Fraction(9), "hangs over the end"),
        Cue(Fraction(6), Fraction(7), "outside"),
        Cue(Fraction(1), Fraction(4), "before"),
    ]
    lines = lines_of(cues, clock, shift_s=Fraction(0), language="", source="x")
    assert [(line.start_pts, line.end_pts) for line in in_order(lines)] == [
        (100, 101), (100, 101), (137, 150),
    ]  # fmt: skip


def test_a_line_without_an_end_ends_where_the_next_begins() -> None:
    clock = Clock(Fraction(1), 0, 100)
    cues = [Cue(Fraction(1), None, "a"), Cue(Fraction(3), None, "b"), Cue(Fraction(50), None, "c")]
    lines = in_order(lines_of(cues, clock, shift_s=Fraction(0), language="", source="x"))
    assert [(line.start_pts, line.end_pts) for line in lines] == [(1, 3), (3, 7), (50, 54)]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("{\\an8}<font color='red'>Hi</font>", "Hi"),
        ("a\\Nb\\hc", "a b c"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("&lt;script&gt;", "<script>"),  # pages escape it
        ("{\\p1}m 0 0 l 100 0{\\p0}", ""),
        ("\x00\x1b[31mred\u202e", "[31mred"),
        ("  a \n\n b ", "a b"),
        ("x" * 5000, "x" * LONGEST_TEXT),
    ],
)
def test_words_alone_are_left(written: str, shown: str) -> None:
    assert plain(written) == shown


# Files beside


def test_names_that_belong_to_footage() -> None:
    endings = {".srt", ".en.srt", ".pt-br.vtt", ".en.sdh.srt", ".forced.srt", ".vtt"}
    assert {ending_of(f"A film{ending}", "A film") for ending in endings} == endings
    for other in ("A film 2.srt", "A film.txt", "A.srt", "A film.en/x.srt", "A film..srt"):
        assert ending_of(other, "A film") is None
    assert stem_of("A film.en.srt") == "A film" and stem_of("A.film.srt") == "A.film"
    assert stem_of(".srt") is None and stem_of("film.mp4") is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_files_beside_are_read_whatever_their_encoding(tmp_path: Path, encoding: str) -> None:
    text = SRT if encoding != "latin-1" else SRT.replace("–", "-")
    (tmp_path / "film.de.srt").write_bytes(text.encode(encoding))
    heard = read_sidecars(tmp_path / "film.mp4", Clock(Fraction(1, 1000), 5000, 8000))
    assert heard.notes == ()
    first, second = in_order(heard.lines)
    assert (first.start_pts, first.end_pts, first.text) == (5500, 6500, "Hello world")
    assert second.text.startswith("Grüße, Zoë") and second.language == "de"
    assert second.source == "file .de.srt"


def test_web_vtt_without_hours_with_notes_settings_and_names() -> None:
    text = (
        "WEBVTT - a title\n\nNOTE\nnothing --> said\n\nSTYLE\n::cue { color: red }\n\n"
        "intro\n00:01.000 --> 00:02.500 align:start position:10%\n<v Bob>Hi</v> there\n\n"
        "not said\n\n01:00:00.000 --> 01:00:01.000\nLate\n"
    )
    assert [(cue.start_s, cue.end_s, plain(cue.text)) for cue in cues_of(text)] == [
        (Fraction(1), Fraction(5, 2), "Hi there"), (Fraction(3600), Fraction(3601), "Late"),
    ]  # fmt: skip


def test_subrip_with_blank_rows_and_numbers_that_are_said() -> None:
    text = "1\n0:00:01,0 --> 0:00:02,0\nTen\n\nnine\n\n2\n0:00:03,0 --> 0:00:04,0\n8\n"
    assert [plain(cue.text) for cue in cues_of(text)] == ["Ten nine", "8"]


def test_what_cannot_be_read_is_said_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "film.srt").write_bytes(bytes(range(256)) * 50)
    (tmp_path / "film.fr.srt").write_bytes(b"0" * (LARGEST_BYTES + 1))
    (tmp_path / "film.en.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nGood")
    heard = read_sidecars(tmp_path / "film.mp4", CLOCK)
    assert [line.text for line in heard.lines] == ["Good"]
    assert len(heard.notes) == 2
    assert "“….fr.srt” beside this file are larger" in heard.notes[0]
    assert "“….srt” beside this file hold no lines" in heard.notes[1]


def test_links_folders_and_other_files_are_left_alone(tmp_path: Path) -> None:
    secret = tmp_path / "secret.srt"
    secret.write_text(SRT)
    folder = tmp_path / "footage"
    folder.mkdir()
    (folder / "film.srt").symlink_to(secret)
    (folder / "film.en.srt").mkdir()
    (folder / "film2.srt").write_text(SRT)
    assert find_sidecars(folder / "film.mp4") == []


@given(st.binary(max_size=400))
def test_any_bytes_are_text_and_cues_or_none(content: bytes) -> None:
    for cue in cues_of(decoded(content)):
        assert cue.start_s >= 0 and "\x00" not in plain(cue.text)


@given(st.text(alphabet="0123456789:,.->\n{}<>\\ aN", max_size=200))
def test_any_text_is_lines_inside_the_clock_or_none(text: str) -> None:
    lines = lines_of(cues_of(text), CLOCK, shift_s=Fraction(0), language="", source="x")
    for line in lines:
        assert CLOCK.first_pts <= line.start_pts < line.end_pts <= CLOCK.end_pts
        assert line.text and line.text == line.text.strip()
