"""Evaluations take another network in a role by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.pictures import make_parser, open_person_encoder
from recognition.engine.manifest import by_name, network_weights
from recognition.engine.pulling import Origin, pull


def test_another_encoder_goes_before_the_profiles(shared_dir: Path, tmp_path: Path) -> None:
    name = "person-reidentification-retail-0288"
    pull(by_name(network_weights(), name), Origin(mirror=str(shared_dir / "teachers")), tmp_path)
    parser = make_parser("", "", role="person")
    asked = ["--encoder", name, "--weights-dir", str(tmp_path), "--threads", "1"]
    assert open_person_encoder(parser.parse_args(asked)).info.name == name
    plain = open_person_encoder(parser.parse_args(["--threads", "1"]))
    assert plain.info.name == "everyid-person-1"


def test_names_and_roles_that_are_none_are_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = make_parser("", "", role="person")
    with pytest.raises(SystemExit, match="cannot be the person network"):
        open_person_encoder(parser.parse_args(["--network", "person=yolox-nano"]))
    missing = ["--encoder", "osnet-x0.25-msmt17", "--weights-dir", str(tmp_path)]
    with pytest.raises(SystemExit, match="weights pull osnet"):
        open_person_encoder(parser.parse_args(missing))
    with pytest.raises(SystemExit):
        parser.parse_args(["--network", "nose=x"])
    assert "is not ROLE=NAME" in capsys.readouterr().err
