"""The closed vocabularies of queries: function words here, people and the world beside.

Data only (``lexicon.py`` looks words up). Canonical values are the words that the catalogue
stores: ``Attribute.value``, ``Track.label`` (COCO's names) and ``Description.scene``. Written by
hand from the vocabulary of COCO and Flickr8k captions and the places of the scene readers. In a
table's text, single words are parted by spaces and fixed phrases stand after ``|``.
"""

from __future__ import annotations

from search.query.vocabulary_actions import ACTIONS
from search.query.vocabulary_clothes import CARRIED, COLOURS, GARMENTS
from search.query.vocabulary_people import AGES, COUNTS, CROWDS, PERSON_NOUNS
from search.query.vocabulary_world import (
    LABEL_GROUPS,
    LIGHTS,
    OBJECTS,
    PLACES,
    SCENE_KIN,
    SCENE_SAME,
    SETTINGS,
)

__all__ = [
    "ACTIONS",
    "AGES",
    "CARRIED",
    "COLOURS",
    "COUNTS",
    "CROWDS",
    "EITHER_WAY",
    "GARMENTS",
    "LABEL_GROUPS",
    "LIGHTS",
    "LINKS",
    "NEGATIONS",
    "OBJECTS",
    "ORDERS",
    "PERSON_NOUNS",
    "PLACES",
    "SCENE_KIN",
    "SCENE_SAME",
    "SETTINGS",
    "WEARS",
]

NEGATIONS = (
    "no not zero without never except excluding minus neither isn't aren't don't doesn't isnt arent"
    " dont doesnt hasn't hasnt haven't havent wasn't wasnt weren't werent won't exclude omit"
    "|but not|but no|but without|and no"
    "|and not|and without|does not|do not|is not|are not|has no|have no|instead of|rather than"
    "|other than|apart from|but for|not even|not any|without any|free of|no sign of|none of them"
    "|none of which|anything but|everything but|anything except|everything except|all except"
)
ORDERS: dict[str, str] = {
    "then": "then afterwards|and then|after that|and afterwards|and later|followed by|later on",
    "before": "before|and before|just before|right before|shortly before",
    "after": "after|just after|right after|shortly after|and after",
}
EITHER_WAY = "|with or without|with and without|without or with|wearing or not wearing"
WEARS = (
    "in wearing wears wear wore with having has have dressed carrying holding|dressed in|clad in"
)
LINKS = (
    "a an the and or nor but of at on near by beside behind next to from into onto over under any"
    " who that which is are was were be being been there his her their its it they while along"
    " across around through between during up down as for there's this these those where when"
    " him them whose also too both either past towards toward out off until till"
    " against find does did appear appears whose please pls plz thanks thx my our your me we you i"
    "|next to|in front of|on top of|close to|inside of|outside of|as well as|as well|in it"
    "|in frame|in sight|one of them|in the frame|in the picture|in the shot|in a shot|in a clip"
    "|in the scene|in view|in the background"
    "|in the foreground|first a|first an|first the|at first"
    "|all the|all of the|on camera|show me|how many|find me"
    "|i want|i need|looking for|footage of|clips of"
    "|videos of|videos with|video with|clips with|clip with|footage with|footage from|images of"
    "|photos of|pictures of|picture of|photo of|video of|all videos|all the videos|all clips"
    "|all the videos with|all videos with|all clips with|all the clips with|not only|not just"
    "|there is|there are"
)
