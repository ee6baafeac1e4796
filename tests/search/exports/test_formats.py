"""Golden files, hostile names, limits, and what each format says about doubtful time."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from search.errors import NothingToExport, TimelineTooLong, TooManyEvents
from search.exports.edl import write_edl
from search.exports.formats import FORMATS, file_name
from search.exports.shot_log import COLUMNS, write_csv
from search.exports.timeline import Event, Spoken, Timeline, reel_names
from search.exports.webvtt import write_said, write_webvtt
from tests.search.exports.lists import HOSTILE, NTSC, PAL, fixed, footage

GOLDEN = Path(__file__).parent / "golden"
TEXTUAL = sorted(set(FORMATS) - {"otio"})  # its own library may write a later schema


@pytest.mark.parametrize("name", TEXTUAL)
@pytest.mark.parametrize(("rate", "is_drop"), [(PAL, False), (NTSC, True)])
def test_golden(name: str, rate: Fraction, is_drop: bool) -> None:
    """To renew after a change that is meant: write what differs, and read it."""
    golden = GOLDEN / f"{'drop' if is_drop else 'pal'}.{name}"
    assert FORMATS[name].write(fixed(rate, is_drop=is_drop)).encode() == golden.read_bytes()


def hostile() -> Timeline:
    clip = footage(1, name=HOSTILE, reel=HOSTILE, camera=HOSTILE, is_variable_rate=True)
    said = (Spoken(0, 9, HOSTILE),)
    return Timeline(HOSTILE, (Event(clip, 0, 25, HOSTILE, (HOSTILE,), HOSTILE, said=said),))


@pytest.mark.parametrize("name", ["edl", "ale", "vtt", "said"])
def test_no_name_makes_a_line(name: str) -> None:
    said = (Spoken(0, 9, "s"),)
    clip = footage(1, is_variable_rate=True)
    plain = Timeline("t", (Event(clip, 0, 25, "d", ("p",), "n", said=said),))
    wrote, usual = FORMATS[name].write(hostile()), FORMATS[name].write(plain)
    more = 1 if name == "edl" else 0  # the tape's whole name, where there is one
    assert len(wrote.splitlines()) == len(usual.splitlines()) + more
    assert "\x00" not in wrote and "\x1b" not in wrote and "\u202e" not in wrote


def test_a_name_cannot_become_a_marker() -> None:
    lines = write_edl(hostile()).splitlines()
    assert not any(line.startswith("* LOC") for line in lines)


def test_a_name_cannot_become_a_column() -> None:
    rows = FORMATS["ale"].write(hostile()).splitlines()
    columns = rows[rows.index("Column") + 1].split("\t")
    assert len(rows[rows.index("Data") + 1].split("\t")) == len(columns)


def test_a_name_cannot_become_an_element() -> None:
    root = ET.fromstring(FORMATS["fcpxml"].write(hostile()))
    assert not list(root.iter("b"))
    assert "<b>&" in (root.find("resources/asset") or ET.Element("none")).get("name", "<b>&")


def test_a_cell_cannot_become_a_formula() -> None:
    clip = footage(1, name="=HYPERLINK(1).mp4", camera="@gate")
    row = read_csv(write_csv(Timeline("t", (Event(clip, 0, 1, note="-2+3"),))))[0]
    assert (row["file"], row["camera"], row["note"]) == ("'=HYPERLINK(1).mp4", "'@gate", "'-2+3")


def test_a_name_cannot_end_a_cue() -> None:
    for write in (write_webvtt, write_said):
        text = write(hostile())
        assert text.count("-->") == 1 and "<b>" not in text


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_log_tells_every_column() -> None:
    rows = read_csv(write_csv(fixed()))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["timecode_in"] == "09:58:59:20" and rows[0]["timecode_out"] == "09:59:01:20"
    assert rows[0]["markers"].startswith("09:59:01:00 green look here; 09:59:01:19 red")
    assert [row["said"] for row in rows] == ["Cast off! / Aye & <aye>", "'=Out", ""]
    assert rows[1]["remarks"] == "no timecode in the file: counted from its first frame"
    assert (rows[1]["start_s"], rows[1]["end_s"]) == ("4.000", "5.000")


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_variable_rates_are_said(name: str) -> None:
    clip = footage(1, rate=Fraction(283, 10), is_variable_rate=True, time_base=Fraction(1, 1000))
    text = FORMATS[name].write(Timeline("t", (Event(clip, 0, 5000),)))
    assert name in ("vtt", "said") or "variable" in text.lower()


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_an_empty_list_is_refused(name: str) -> None:
    with pytest.raises(NothingToExport, match="add a moment"):
        FORMATS[name].write(Timeline("t", ()))


def test_limits_are_said() -> None:
    clip = footage(1)
    with pytest.raises(TooManyEvents, match="1000 moments"):
        write_edl(Timeline("t", (Event(clip, 0, 1),) * 1000))
    assert "999  CLIP-1" not in write_edl(Timeline("t", (Event(clip, 0, 1),) * 999))
    long = footage(1, end_pts=23 * 3600 * 25)
    with pytest.raises(TimelineTooLong, match="22 hours"):
        write_edl(Timeline("t", (Event(long, 0, 23 * 3600 * 25),)))


def test_reels_are_eight_plain_characters_and_differ() -> None:
    clips = [
        footage(1, name="interview one.mp4"),
        footage(2, name="interview two.mp4"),
        footage(3, reel="A001_C002_0817XY"),
        footage(4, reel="A001_C002_0817XY"),
        footage(5, name="bl.mp4"),
        footage(6, name="日本.mp4"),
    ]
    names = reel_names(Timeline("t", tuple(Event(clip, 0, 1) for clip in clips)))
    assert list(names.values()) == ["INTERVIE", "INTERVI2", "A001_C00", "A001_C00", "BL2", "CLIP"]


def test_the_mode_of_counting_is_said_where_it_changes() -> None:
    drop = footage(1, NTSC, start_timecode="01:00:00;00", is_drop_frame=True)
    plain = footage(2, NTSC)
    events = (Event(drop, 0, 5), Event(plain, 0, 5), Event(plain, 9, 12), Event(drop, 0, 5))
    lines = write_edl(Timeline("t", events)).splitlines()
    said = [line for line in lines if line.startswith(("FCM", "0"))]
    assert [line[:8] for line in said] == [
        "FCM: DRO", "001  CLI", "FCM: NON", "002  CLI", "003  CLI", "FCM: DRO", "004  CLI",
    ]  # fmt: skip
    assert said[1].endswith("01:00:00;00 01:00:00;05") and said[3].count(";") == 2


def test_a_log_stands_on_the_files_clock() -> None:
    clip = footage(1)
    events = (Event(clip, 50, 100, "A beach."), Event(clip, 100, 101, "A street."))
    log = write_webvtt(Timeline("t", events, is_log=True))
    assert "00:00:02.000 --> 00:00:04.000\nclip-1.mp4\nA beach." in log
    assert "00:00:00.000 --> 00:00:02.000" in write_webvtt(Timeline("t", events))


def test_what_is_said_is_cut_to_a_lists_events() -> None:
    said = write_said(fixed())
    assert "00:00:00.400 --> 00:00:01.600\nCast off!" in said
    assert "00:00:01.800 --> 00:00:02.000\nAye &amp; &lt;aye&gt;" in said
    assert "00:00:02.000 --> 00:00:02.400\n=Out" in said  # it began before its event


def test_a_log_tells_each_line_once_and_whole() -> None:
    over_a_cut = Spoken(45, 55, "over a cut")
    ends = ((0, 50), (50, 99))
    events = tuple(Event(footage(1), *at, said=(over_a_cut,)) for at in ends)
    said = write_said(Timeline("t", events, is_log=True))
    assert said.count("-->") == 1 and "00:00:01.800 --> 00:00:02.200\nover a cut" in said
    assert "NOTE Nothing is said" in write_said(Timeline("t", (Event(footage(1), 0, 5),)))


def test_file_names_are_plain() -> None:
    assert file_name("Rote Mäntel / Tag 1", "edl") == "rote-mantel-tag-1.edl"
    assert file_name("../..", "csv") == "export.csv" and file_name("日本", "ale") == "export.ale"
