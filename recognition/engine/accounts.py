"""What a captioner says of one picture, held to a schema: an *account*.

A sentence, three words, one scene of a fixed list, the people from left to right with their
clothes, and what is done. ``parse_account`` takes an answer that is exactly so;
``mend_account`` first mends what language models do to JSON (fences, talk around it, single
quotes, trailing commas, an end that is cut off). Nothing that breaks the schema comes through.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from recognition.engine.captions import UNKNOWN
from recognition.engine.colors import NAMES as COLOURS
from recognition.engine.errors import EngineError
from recognition.engine.scenes import LABELS

SCENES = (*LABELS, UNKNOWN)
LONGEST_ANSWER = 20_000
"""Characters; an account has a few hundred. A longer answer is no account."""
_PLACEHOLDERS = {"string", "sentence", "word", "one", "two", "three", "...", "…"}


class NotAnAccount(EngineError):
    """A captioner's answer does not keep to the schema; the sentence says where."""

    code = "not_an_account"


def _plain(value: Any) -> Any:
    """Text in one line without control characters; anything else as it is."""
    if not isinstance(value, str):
        return value
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


def _lower(value: Any) -> Any:
    return _plain(value).lower() if isinstance(value, str) else value


Short = Annotated[str, BeforeValidator(_lower), StringConstraints(min_length=1, max_length=40)]
Scene = Annotated[str, BeforeValidator(_lower)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Clothing(_Strict):
    """One piece that someone wears: a noun, and its colour or an empty string."""

    garment: Short
    colour: Annotated[str, BeforeValidator(_lower), StringConstraints(max_length=20)] = ""


class PersonAccount(_Strict):
    """Someone in the picture, as they appear: nothing here is known of who they are."""

    appears: Annotated[Literal["man", "woman", "child", "person"], BeforeValidator(_lower)]
    age: Annotated[
        Literal["child", "young", "adult", "old", "unknown"], BeforeValidator(_lower)
    ] = "unknown"
    wears: tuple[Clothing, ...] = Field(default=(), max_length=6)
    carries: tuple[Short, ...] = Field(default=(), max_length=4)
    does: Annotated[str, BeforeValidator(_lower), StringConstraints(max_length=60)] = ""


class Account(_Strict):
    """What one picture shows."""

    sentence: Annotated[
        str, BeforeValidator(_plain), StringConstraints(min_length=8, max_length=300)
    ]
    words: tuple[Short, Short, Short]
    scene: Scene
    people: tuple[PersonAccount, ...] = Field(default=(), max_length=20)
    actions: tuple[Short, ...] = Field(default=(), max_length=8)

    @field_validator("sentence")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if value.lower().strip(" .") in _PLACEHOLDERS or " " not in value:
            raise ValueError("a whole sentence is needed")
        return value[0].upper() + value[1:]

    @field_validator("words")
    @classmethod
    def _three_of_them(cls, value: tuple[str, str, str]) -> tuple[str, str, str]:
        if len(set(value)) < 3 or any(word in _PLACEHOLDERS for word in value):
            raise ValueError("three different words that say something are needed")
        return value

    @field_validator("scene")
    @classmethod
    def _known_scene(cls, value: str) -> str:
        if value not in SCENES:
            raise ValueError(f"“{value[:40]}” is no scene of the list")
        return value


PROMPT = f"""Describe this picture for an archive that people search. Answer with one JSON object \
and nothing else:
{{"sentence": a plain English sentence that says who is where and does what, at most 25 words,
 "words": [three different words that say most about the picture],
 "scene": one of {json.dumps(SCENES)},
 "people": a list of the people from left to right, at most eight, each \
{{"appears": "man" | "woman" | "child" | "person", \
"age": "child" | "young" | "adult" | "old" | "unknown", \
"wears": [{{"garment": noun, "colour": colour or ""}}], \
"carries": [things in hand or on the back], "does": a verb phrase}},
 "actions": [what is being done, as verbs]}}
Say only what is to be seen. Use "unknown", "" or [] where you cannot tell. Do not guess names."""

CORRECTION = """Your answer was not accepted: {error}
Answer again with the one JSON object that was asked for, corrected, and nothing else."""

SCHEMA: dict[str, Any] = Account.model_json_schema()

VERSION = hashlib.sha256(
    json.dumps([PROMPT, CORRECTION, SCHEMA, list(SCENES)], sort_keys=True).encode()
).hexdigest()[:12]
"""Of the prompt and the schema together: part of every captioner's fingerprint."""


def parse_account(answer: str) -> Account:
    """An answer that is the JSON object and nothing else (a code fence around it is allowed).

    Raises ``NotAnAccount`` with a sentence that the captioner can be told.
    """
    whole = re.fullmatch(r"\s*```(?:json)?\s*(.*?)```\s*", answer, re.DOTALL)
    return _checked(_from_json(whole.group(1) if whole else answer))


def mend_account(answer: str) -> Account:
    """The account in an answer that has the right content in a wrong form; ``NotAnAccount``."""
    if len(answer) > LONGEST_ANSWER:
        raise NotAnAccount(f"The answer has {len(answer)} characters; it should be short.")
    first: NotAnAccount | None = None
    for text in _objects(_unfenced(answer)):
        for attempt in (text, _without_trailing_commas(text), _closed(text)):
            try:
                return _checked(_trimmed(_loaded(attempt)))
            except NotAnAccount as error:
                first = first or error
    raise first or NotAnAccount("The answer holds no JSON object.")


def _checked(value: Any) -> Account:
    try:
        return Account.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the answer"
        raise NotAnAccount(f"{where}: {first['msg']}.") from error


def _from_json(text: str) -> Any:
    if len(text) > LONGEST_ANSWER:
        raise NotAnAccount(f"The answer has {len(text)} characters; it should be short.")
    try:
        return json.loads(text)
    except ValueError as error:
        raise NotAnAccount(f"The answer is no JSON: {getattr(error, 'msg', error)}.") from error
    except RecursionError as error:
        raise NotAnAccount("The answer is nested too deeply.") from error


def _loaded(text: str) -> Any:
    """JSON, or the same as Python writes it: single quotes, None, True."""
    try:
        return _from_json(text)
    except NotAnAccount:
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            pass
        raise


def _unfenced(answer: str) -> str:
    fenced = re.search(r"```(?:json)?\s*(.*?)(?:```|\Z)", answer[: LONGEST_ANSWER + 1], re.DOTALL)
    return (fenced.group(1) if fenced else answer).strip()


def _objects(text: str) -> Iterator[str]:
    """From each of the first few opening braces to the matching end, or to the text's end."""
    for found in list(re.finditer(r"\{", text))[:3]:
        rest = text[found.start() :]
        yield rest[: _end_of(rest)]


def _end_of(text: str) -> int:
    depth, quoted, escaped = 0, False, False
    for index, sign in enumerate(text):
        if quoted:
            quoted = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
            continue
        quoted = sign == '"'
        depth += (sign in "{[") - (sign in "}]")
        if depth == 0:
            return index + 1
    return len(text)


def _without_trailing_commas(text: str) -> str:
    return re.sub(r",(\s*[}\]])", r"\1", text)


def _closed(text: str) -> str:
    """An answer that was cut off, ended after its last whole value."""
    stack, quoted, escaped, good = list[str](), False, False, (0, list[str]())
    for index, sign in enumerate(text):
        if quoted:
            quoted = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
        elif sign == '"':
            quoted = True
        elif sign in "{[":
            stack.append("}" if sign == "{" else "]")
        elif sign in "}]" and stack:
            stack.pop()
            good = (index + 1, list(stack))
        elif sign == ",":
            good = (index, list(stack))
    end, open_ones = good
    return _without_trailing_commas(text[:end] + "".join(reversed(open_ones)))


def _trimmed(value: Any) -> Any:
    """What is over the schema's limits or beside it is left out, what is there is kept: more
    than three words, unknown keys, a scene with an article, people who are just a string."""
    if not isinstance(value, dict):
        return value
    known = {key: item for key, item in value.items() if key in Account.model_fields}
    if isinstance(known.get("words"), str):
        known["words"] = re.split(r"[,;\s]+", known["words"].strip())
    if isinstance(known.get("words"), list):
        words = [_lower(word) for word in known["words"] if isinstance(word, str) and word.strip()]
        known["words"] = list(dict.fromkeys(words))[:3]
    if isinstance(known.get("scene"), str):
        known["scene"] = re.sub(r"^(a|an|the|in a|on a|at a)\s+", "", _lower(known["scene"]))
    for key, most in (("people", 20), ("actions", 8)):
        found = known.get(key) or []
        known[key] = [item for item in found if item][:most] if isinstance(found, list) else []
    known["people"] = [_trimmed_person(person) for person in known["people"]]
    return known


def _trimmed_person(person: Any) -> Any:
    if isinstance(person, str):
        return {"appears": person}
    if not isinstance(person, dict):
        return person
    known = {key: item for key, item in person.items() if key in PersonAccount.model_fields}
    for key, most in (("wears", 6), ("carries", 4)):
        found = known.get(key) or []
        known[key] = [item for item in found if item][:most] if isinstance(found, list) else []
    known["wears"] = [_trimmed_clothing(item) for item in known["wears"]]
    known["does"] = known.get("does") or ""
    known["age"] = known.get("age") or "unknown"
    return known


def _trimmed_clothing(item: Any) -> Any:
    if isinstance(item, str):
        colour, _, garment = item.strip().lower().partition(" ")
        plain = garment and colour in COLOURS
        return {"garment": garment, "colour": colour} if plain else {"garment": item}
    if isinstance(item, dict):
        named = {"color": "colour", "item": "garment", "type": "garment"}
        renamed = {named.get(key, key): value or "" for key, value in item.items()}
        return {key: value for key, value in renamed.items() if key in Clothing.model_fields}
    return item
