"""Asking a captioner, and taking only answers that keep to the schema (``accounts``).

An answer in a wrong form is mended; one that cannot be is asked for once more, with the error;
what is still wrong then is refused and counted. Nothing malformed is ever given back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from recognition.engine.accounts import (
    CORRECTION,
    PROMPT,
    Account,
    NotAnAccount,
    PersonAccount,
    mend_account,
    parse_account,
)
from recognition.engine.colors import FAMILY
from recognition.engine.colors import NAMES as COLOURS
from recognition.engine.types import Captioner, Image, Reading, Turn

LONGEST_COMPLAINT = 300
"""Characters of the refused answer's error that are told back."""
TRUST = 0.6
"""Confidence of what a captioner says of a person. By eye: no captioner has been measured here,
and what is measured (colours, readings of networks) goes before it."""

UPPER = "coat jacket shirt t-shirt top sweater hoodie blouse vest suit pullover dress".split()
LOWER = "trousers pants jeans shorts skirt leggings".split()
HATS = {"hat": "hat", "cap": "hat", "beanie": "hat", "helmet": "helmet"}
BAGS = ("backpack", "handbag", "suitcase", "bag")
GARMENTS = {"coat": "coat", "jacket": "coat", "dress": "dress"}
"""Nouns as attributes know them; other nouns are found by full text alone."""


@dataclass(frozen=True, slots=True)
class Told:
    """One account per picture, None where the answer was refused; and how it went: ``mended`` in
    form, ``asked_again`` once with the error, ``refused`` at last."""

    accounts: tuple[Account | None, ...]
    mended: int = 0
    asked_again: int = 0
    refused: int = 0


def describe(captioner: Captioner, images: Sequence[Image]) -> Told:
    """Ask for an account of each RGB picture. Raises ``NetworkFailed`` when nobody answers."""
    if not images:
        return Told(())
    turns = [Turn(image, PROMPT) for image in images]
    accounts: list[Account | None] = [None] * len(images)
    counts: Counter[str] = Counter()
    again: dict[int, Turn] = {}
    for index, answer in enumerate(captioner.answer(turns)):
        try:
            accounts[index] = _taken(answer, counts)
        except NotAnAccount as error:
            complaint = CORRECTION.format(error=str(error)[:LONGEST_COMPLAINT])
            again[index] = Turn(images[index], PROMPT, answer, complaint)
    counts["asked again"] = len(again)
    if again:
        for index, answer in zip(again, captioner.answer(list(again.values())), strict=True):
            try:
                accounts[index] = _taken(answer, counts)
            except NotAnAccount:
                counts["refused"] += 1
    return Told(tuple(accounts), counts["mended"], counts["asked again"], counts["refused"])


def _taken(answer: str, counts: Counter[str]) -> Account:
    try:
        return parse_account(answer)
    except NotAnAccount:
        account = mend_account(answer)
        counts["mended"] += 1
        return account


def readings_of(person: PersonAccount) -> list[Reading]:
    """A person's account as attributes, in the words that attributes have elsewhere."""
    said: dict[str, str] = {}
    if person.appears != "person":
        said["gender"] = person.appears
    if person.age != "unknown":
        said["age"] = person.age
    for piece in person.wears:
        noun = piece.garment.split()[-1]
        colour = piece.colour.split()[-1] if piece.colour else ""
        colour = FAMILY.get(colour, colour)
        if noun in GARMENTS:
            said.setdefault("garment", GARMENTS[noun])
        if noun in HATS:
            said.setdefault("hat", HATS[noun])
        if colour in COLOURS and noun in UPPER:
            said.setdefault("upper_colour", colour)
        if colour in COLOURS and noun in LOWER:
            said.setdefault("lower_colour", colour)
    for thing in person.carries:
        bag = next((name for name in BAGS if name in thing), None)
        if bag:
            said.setdefault("bag", bag)
    return [Reading(name, value, TRUST) for name, value in said.items()]


def phrases_of(account: Account) -> list[str]:
    """What an account says beside its sentence, as phrases for full text: "red coat"."""
    found = [*account.words, *account.actions]
    for person in account.people:
        found += [f"{piece.colour} {piece.garment}".strip() for piece in person.wears]
        found += [*person.carries, person.does, person.appears]
        found += [] if person.age == "unknown" else [f"{person.age} {person.appears}"]
    return list(dict.fromkeys(phrase for phrase in found if phrase))
