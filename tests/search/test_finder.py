"""The finder over real Postgres with made vectors."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from ingest.models import Asset
from recognition.models import Encoder
from search.errors import QueryTooLong
from search.finder import SearchResult, find
from search.ranking.filters import Filters
from search.retrieval import gathering
from tests.factories import (
    add_member,
    make_asset,
    make_camera,
    make_crop,
    make_identity,
    make_keyframe,
    make_library,
    make_shot,
    make_track,
    make_user,
)
from tests.search.made import describe, make_encoder, make_film, see_person, show

pytestmark = pytest.mark.django_db


def names(result: SearchResult) -> list[str]:
    return [found.asset.name for found in result.moments]


def test_it_finds_the_picture_that_is_most_alike(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    for i, looks in enumerate(["street", "beach", "kitchen", "street man", "dog"]):
        make_film(library, encoder, looks, name=f"{i}-{looks}.mp4")
    result = find("the beach", user=user)
    assert names(result)[0] == "1-beach.mp4"
    assert result.state == "found"
    assert result.moments[0].why[0].reason.source == "likeness"


def test_it_asks_for_clothes_and_person_on_the_same_track(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    right, mixed, other = (
        make_asset(library, shots=1, name=name) for name in ("right", "mixed", "other")
    )
    see_person(right.shots.get(), readings=[("gender", "woman"), ("upper_colour", "red")])
    see_person(mixed.shots.get(), readings=[("gender", "woman"), ("upper_colour", "blue")])
    see_person(mixed.shots.get(), readings=[("gender", "man"), ("upper_colour", "red")])
    see_person(other.shots.get(), readings=[("gender", "man"), ("upper_colour", "blue")])
    result = find("woman in a red coat", user=user)
    assert names(result)[0] == "right"
    best = result.moments[0]
    assert {"woman", "red upper body"} <= {why.reason.words for why in best.why}
    scores = {found.asset.name: found.moment.score for found in reversed(result.moments)}
    assert scores["right"] > scores["mixed"] > scores.get("other", 0)


def test_a_red_car_is_one_that_was_read_as_red(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    for name, label, readings in (
        ("blue", "car", [("colour", "blue")]),
        ("bus", "bus", [("colour", "red")]),
        ("unread", "car", []),
        ("woman", "person", [("upper_colour", "red")]),
        ("red", "car", [("colour", "red")]),
    ):
        film = make_film(library, encoder, "street", name=name)
        see_person(film.shots.get(), readings=readings, label=label)
    result = find("a red car", user=user)
    assert names(result)[0] == "red" and names(result)[-1] == "blue"
    assert "red car" in {why.reason.words for why in result.moments[0].why}
    assert result.unchecked == ()
    for text in ("a street without a red car", "a street, not a red car"):
        assert set(names(find(text, user=user))) == {"blue", "bus", "unread", "woman"}
    assert names(find("a red and a blue car", user=user))  # two of them
    colours = next(facet for facet in result.facets if facet.name == "colour")
    assert [(c.value, c.count) for c in colours.choices] == [("red", 1)]  # what people wear


def test_the_colour_of_what_somebody_carries_is_read_off_the_thing(
    encoder: Encoder,
) -> None:
    user = make_user()
    library = make_library(owner=user)
    woman = [("gender", "woman")]
    for name, things, readings in (
        ("blue", [("handbag", "blue")], woman),
        ("none", [], [*woman, ("upper_colour", "red")]),
        ("red", [("suitcase", "red")], woman),
    ):
        shot = make_film(library, encoder, "street", name=name).shots.get()
        see_person(shot, readings=readings)
        for label, colour in things:
            see_person(shot, readings=[("colour", colour)], label=label)
    result = find("woman with a red bag", user=user)
    assert names(result)[0] == "red" and names(result)[-1] == "blue"
    assert "red suitcase" in {why.reason.words for why in result.moments[0].why}
    assert result.unchecked == ()
    for text in ("woman without a red bag", "a woman, but not with a red bag"):
        denied = find(text, user=user)
        found = {m.asset.name for m in denied.moments if m.moment.track_ids}
        assert found == {"blue", "none"} and names(denied)[-1] == "red", text
    assert set(names(find("a street, nobody with a red bag", user=user))) == {"blue", "none"}
    unread = find("woman with a red umbrella", user=user)
    assert [part.text for part in unread.unchecked] == ["woman with a red umbrella"]


def test_who_carries_what_is_red_is_found_below_the_surest_people_and_bags(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "PER_LIST", 3)
    user = make_user()
    library = make_library(owner=user)
    for number in range(9):
        shot = make_asset(library, shots=1, name=f"{number}").shots.get()
        see_person(shot, confidence=0.9)
        see_person(shot, readings=[("colour", "blue")], label="handbag", confidence=0.9)
    shot = make_asset(library, shots=1, name="red").shots.get()
    see_person(shot, confidence=0.4)
    see_person(shot, readings=[("colour", "red")], label="handbag", confidence=0.4)
    assert names(find("somebody with a red bag", user=user))[0] == "red"


def test_red_cars_are_found_below_the_surest_cars(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "PER_LIST", 3)
    user = make_user()
    library = make_library(owner=user)
    for number in range(9):
        shot = make_asset(library, shots=1, name=f"{number}").shots.get()
        see_person(shot, readings=[("colour", "blue")], label="car", confidence=0.9)
    shot = make_asset(library, shots=1, name="red").shots.get()
    see_person(shot, readings=[("colour", "red")], label="car", confidence=0.4)
    assert names(find("a red car", user=user))[0] == "red"


def test_a_colour_that_nothing_was_read_of_is_not_checked(encoder: Encoder) -> None:
    user = make_user()
    film = make_film(make_library(owner=user), encoder, "street")
    see_person(film.shots.get(), label="car")
    result = find("a street without a red car", user=user)
    assert [part.text for part in result.unchecked] == ["without a red car"]


def test_it_never_shows_footage_of_other_libraries(encoder: Encoder) -> None:
    owner, outsider = make_user(), make_user()
    asset = make_film(make_library(owner=owner), encoder, "beach", name="beach-anna.mp4")
    shot = asset.shots.get()
    describe(shot, "A woman on a beach.", scene="beach")
    person = make_identity(asset.library, name="Anna")
    see_person(shot, encoder, "woman red", identity=person, readings=[("upper_colour", "red")])
    for text in ("beach", "woman in red", "Anna", "", "not indoors", "nobody", '"woman"'):
        chosen = (Filters(), Filters(asset=(asset.pk,)), Filters(library=(asset.library.slug,)))
        for filters in (*chosen, Filters(identity=(person.pk,)), Filters(colour=("red",))):
            result = find(text, user=outsider, filters=filters)
            assert result.moments == () and result.total == 0
            assert all(c.count == 0 for facet in result.facets for c in facet.choices)
            assert find(text, user=AnonymousUser(), filters=filters).total == 0
    assert find("beach", user=owner).total == 1
    assert find("beach", user=None).total == 1


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
def test_every_member_finds(encoder: Encoder, role: str) -> None:
    user = make_user()
    library = make_library()
    add_member(library, user, role)
    make_film(library, encoder, "beach")
    assert find("beach", user=user).total == 1


def test_filters_narrow_inside_the_vector_search(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    camera = make_camera(library)
    for i in range(30):
        make_film(library, encoder, "beach", name=f"alike-{i}.mp4")
    far = make_film(library, encoder, "street", name="far.mp4", camera=camera)
    result = find("beach", user=user, filters=Filters(camera=(camera.pk,)))
    assert names(result) == ["far.mp4"]
    assert find("beach", user=user, filters=Filters(asset=(far.pk,))).total == 1
    assert find("beach", user=user, filters=Filters(camera=(camera.pk + 1,))).total == 0


def test_people_are_found_together(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    anna, ben = make_identity(library, name="Anna"), make_identity(library, name="Ben")
    for name, people in (("anna.mp4", [anna]), ("both.mp4", [anna, ben]), ("ben.mp4", [ben])):
        shot = make_film(library, encoder, "beach", name=name).shots.get()
        for person in people:
            see_person(shot, encoder, "woman", identity=person)
    both = Filters(together=(anna.pk, ben.pk))
    result = find("", user=user, filters=both)
    assert names(result) == ["both.mp4"]
    [facet] = [facet for facet in result.facets if facet.name == "together"]
    assert {choice.label for choice in facet.choices if choice.is_chosen} == {"Anna", "Ben"}
    assert find("", user=user, filters=both.toggled("together", ben.pk)).total == 2
    assert find("", user=make_user(), filters=both).total == 0


def test_people_of_one_name_in_two_libraries_are_told_apart(encoder: Encoder) -> None:
    user = make_user()
    for name, also in (("Pier", "Anna"), ("Hall", "Ben")):
        library = make_library(owner=user, name=name)
        for person in (make_identity(library, number=1), make_identity(library, name=also)):
            shot = make_film(library, encoder, "beach").shots.get()
            see_person(shot, encoder, "woman", identity=person)
    [facet] = [facet for facet in find("a woman", user=user).facets if facet.name == "identity"]
    told = {choice.label for choice in facet.choices}
    assert {"Anna", "Ben"} < told and len(told) == 4
    assert {label for label in told if " · " in label} == {"Person 1 · Pier", "Person 1 · Hall"}


def test_filter_counts_are_what_a_choice_leaves(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    person = make_identity(library, name="Anna")
    for i in range(6):
        asset = make_film(library, encoder, "beach" if i % 2 else "street")
        shot = asset.shots.get()
        describe(shot, "A place.", scene="beach" if i % 2 else "street")
        if i < 4:
            see_person(
                shot,
                encoder,
                "woman",
                identity=person if i < 2 else None,
                readings=[("upper_colour", "red" if i < 3 else "blue")],
            )
    result = find("a woman somewhere", user=user)
    checked = 0
    for facet in result.facets:
        for choice in facet.choices:
            chosen = Filters().toggled(facet.name, choice.value)
            left = find("a woman somewhere", user=user, filters=chosen)
            assert left.total == choice.count, (facet.name, choice)
            checked += 1
    assert checked >= 6


def test_a_filter_does_not_change_what_is_usual(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    for i in range(12):
        make_film(library, encoder, "street", name=f"street-{i}")
    beach = make_film(library, encoder, "beach", name="beach")
    alone = find("beach", user=user, filters=Filters(asset=(beach.pk,))).moments[0]
    among = find("beach", user=user).moments[0]
    assert alone.why[0].reason.strength == pytest.approx(among.why[0].reason.strength, abs=1e-6)


def test_counts_rank_the_right_number_first(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    for number in (1, 2, 5):
        shot = make_asset(library, shots=1, name=str(number)).shots.get()
        describe(shot, "People.", people_count=number)
        for _ in range(number):
            see_person(shot, readings=[("gender", "man")])
    assert names(find("two men", user=user))[0] == "2"
    assert names(find("a crowd of people", user=user))[0] == "5"


def test_a_name_in_the_query_must_be_there(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    anna = make_identity(library, name="Anna")
    unnamed = make_identity(library, number=77)
    for name, person in {"anna": anna, "other": unnamed}.items():
        asset = make_film(library, encoder, "beach", name=name)
        see_person(asset.shots.get(), identity=person)
    assert names(find("anna at the beach", user=user)) == ["anna"]
    assert names(find("Person 77", user=user)) == ["other"]
    assert names(find("beach without Anna", user=user)) == ["other"]


def test_someone_named_is_found_with_things_and_with_others(encoder: Encoder) -> None:
    """Where Anna is and a dog is comes before where she is without; where she is not, never."""
    user = make_user()
    library = make_library(owner=user)
    anna, ben = make_identity(library, name="Anna"), make_identity(library, name="Ben")
    made = {
        "anna-and-dog": ([anna], "dog"),
        "anna": ([anna], None),
        "ben-and-dog": ([ben], "dog"),
        "both": ([anna, ben], None),
    }
    for name, (people, thing) in made.items():
        shot = make_film(library, encoder, "street", name=name).shots.get()
        for person in people:
            see_person(shot, identity=person)
        if thing:
            make_track(shot, label=thing)
    found = names(find("Anna with a dog", user=user))
    assert found[0] == "anna-and-dog"
    assert "ben-and-dog" not in found
    assert names(find("Anna and Ben", user=user)) == ["both"]
    assert names(find("Anna with Ben", user=user)) == ["both"]
    assert set(names(find("Anna without Ben", user=user))) == {"anna", "anna-and-dog"}
    together = Filters(together=(anna.pk, ben.pk))
    assert names(find("street", user=user, filters=together)) == ["both"]
    assert find("Anna with Ben", user=make_user()).total == 0


def test_moments_are_trimmed_to_the_person(encoder: Encoder) -> None:
    user = make_user()
    asset = make_film(make_library(owner=user), encoder, "street")
    shot = asset.shots.get()
    see_person(shot, encoder, "woman red", start_pts=10, end_pts=20)
    found = find("woman in red", user=user).moments[0]
    assert (found.moment.start_pts, found.moment.end_pts) == (10, 20)
    assert (found.start_s, found.end_s) == (10 * asset.time_base, 20 * asset.time_base)


def test_the_picture_shows_who_was_found_and_not_where_the_whole_is_alike(encoder: Encoder) -> None:
    user = make_user()
    shot = make_film(make_library(owner=user), encoder, "woman red").shots.get()
    end = shot.end_pts
    late = make_keyframe(shot, pts=end - 2)
    show(late, encoder, "empty street")
    track = see_person(shot, readings=[("upper_colour", "red")], start_pts=0, end_pts=end)
    make_crop(track, pts=end - 3, quality=0.9)
    assert find("woman in red", user=user).moments[0].moment.keyframe_id == late.pk
    track.delete()
    assert find("woman in red", user=user).moments[0].moment.keyframe_id != late.pk


def test_things_are_found_by_their_label(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    for label in ("car", "dog"):
        make_track(make_asset(library, shots=1, name=label).shots.get(), label=label)
    assert names(find("an automobile", user=user))[0] == "car"
    assert names(find("street without cars", user=user)) == ["dog"]


def test_words_of_descriptions_are_found(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    for name, sentence in {"a": "A trombone stands here.", "b": "A door."}.items():
        describe(make_asset(library, shots=1, name=name).shots.get(), sentence)
    result = find("trombones", user=user)
    assert names(result) == ["a"]
    assert result.moments[0].why[0].reason.source == "text"


def test_only_vectors_of_the_encoder_at_work_count(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    old = make_encoder("made-0")
    make_film(library, old, "beach", name="old")
    make_film(library, encoder, "street", name="new")
    result = find("beach", user=user)
    old_ones = [f for f in result.moments if f.asset.name == "old"]
    assert all(w.reason.source != "likeness" for f in old_ones for w in f.why)


def test_without_vectors_it_says_so_and_searches_words(no_encoder: None) -> None:
    user = make_user()
    library = make_library(owner=user)
    describe(make_asset(library, shots=1, name="a").shots.get(), "A trombone.")
    result = find("trombone", user=user)
    assert result.vector_state == "indexing" and names(result) == ["a"]


def test_an_empty_question_shows_the_latest(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    for i in range(3):
        make_asset(library, name=f"{i}.mp4")
    result = find("  ", user=user)
    assert result.state == "recent"
    assert names(result)[:3] == ["2.mp4", "1.mp4", "0.mp4"]


def test_states_of_nothing(encoder: Encoder) -> None:
    user = make_user()
    assert find("beach", user=user).state == "nothing_indexed"
    library = make_library(owner=user)
    make_asset(library, shots=0, status=Asset.Status.PENDING)
    assert find("", user=user).state == "nothing_indexed"
    make_film(library, encoder, "beach")
    assert find("beach", user=user, filters=Filters(scene=("street",))).state == "nothing_found"


def test_the_best_of_every_asset_comes_before_seconds(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    many = make_asset(library, shots=3, name="many")
    for keyframe in many.keyframes.all():
        show(keyframe, encoder, "beach")
    make_film(library, encoder, "beach", name="one")
    for _ in range(8):
        make_film(library, encoder, "street")
    assert set(names(find("beach", user=user))[:2]) == {"many", "one"}


def test_the_number_of_database_questions_does_not_grow(
    encoder: Encoder, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    user = make_user()
    library = make_library(owner=user)
    for _ in range(12):
        asset = make_film(library, encoder, "beach woman")
        make_shot(asset)
        see_person(asset.shots.get(ordinal=0), encoder, "woman red", readings=[("gender", "woman")])
    with django_assert_max_num_queries(26):
        find("woman in red near the beach", user=user)


def test_too_long_a_question_is_refused(encoder: Encoder) -> None:
    with pytest.raises(QueryTooLong):
        find("word " * 300, user=make_user())
