"""Words of queries for people, their ages and their numbers.

Data only; how a table is written says ``vocabulary.py``.
"""

from __future__ import annotations

# canonical: (gender, age group), words
PERSON_NOUNS: dict[str, tuple[str, str, str]] = {
    "person": (
        "",
        "",
        (
            "person human somebody someone anyone anybody individual figure pedestrian stranger"
            " passer-by passerby"
        ),
    ),
    "people": (
        "",
        "",
        (
            "people persons peoples ppl humans pedestrians folks family team everyone"
            " everybody passersby"
            " strangers"
        ),
    ),
    "man": (
        "man",
        "",
        (
            "man guy gentleman male dude bloke chap fellow groom father dad husband brother son"
            " uncle policeman fireman fisherman cameraman businessman salesman"
        ),
    ),
    "men": (
        "man",
        "",
        (
            "men guys gentlemen males blokes chaps fathers brothers policemen firemen fishermen"
            " businessmen"
        ),
    ),
    "woman": (
        "woman",
        "",
        (
            "woman lady female bride mother mum mom wife sister daughter aunt actress policewoman"
            " businesswoman saleswoman bridesmaid"
        ),
    ),
    "women": ("woman", "", "women ladies females mothers sisters brides bridesmaids"),
    "he": ("man", "", "he"),
    "she": ("woman", "", "she"),
    "adults": ("", "adult", "adults grown-ups"),
    "teenager": ("", "young", "teenager teen youth adolescent"),
    "teenagers": ("", "young", "teenagers teens youths adolescents"),
    "pensioner": ("", "old", "pensioner pensioners seniors grandparents"),
    "grandfather": ("man", "old", "grandfather grandpa granddad"),
    "grandmother": ("woman", "old", "grandmother grandma granny"),
    "boy": ("man", "child", "boy"),
    "boys": ("man", "child", "boys"),
    "girl": ("woman", "child", "girl"),
    "girls": ("woman", "child", "girls"),
    "child": ("", "child", "child kid toddler baby infant"),
    "children": ("", "child", "children kids toddlers babies infants"),
    "worker": (
        "",
        "",
        (
            "worker cop employee engineer technician labourer builder mechanic carpenter"
            " electrician"
            " farmer gardener nurse doctor surgeon paramedic scientist soldier guard firefighter"
            " cashier cleaner barber hairdresser baker butcher pilot driver officer reporter"
            " journalist presenter newsreader photographer|police officer|security guard|police man"
            "|camera operator"
        ),
    ),
    "workers": (
        "",
        "",
        (
            "workers police cops employees engineers technicians staff builders mechanics"
            " farmers nurses"
            " doctors surgeons paramedics scientists soldiers guards firefighters cleaners"
            " drivers officers reporters journalists presenters newsreaders photographers"
            "|police officers|security guards"
        ),
    ),
    "player": (
        "",
        "",
        (
            "player athlete gymnast runner jogger dancer skater surfer swimmer skier climber hiker"
            " boxer goalkeeper skateboarder snowboarder referee musician guitarist drummer singer"
            " actor performer"
        ),
    ),
    "players": (
        "",
        "",
        (
            "players athletes gymnasts runners joggers dancers skaters surfers climbers swimmers"
            " hikers skiers musicians singers actors performers goalkeepers"
            " referees boxers guitarists drummers skateboarders snowboarders"
        ),
    ),
    "customer": (
        "",
        "",
        (
            "customer shopper visitor tourist student teacher chef waiter waitress bartender"
            " passenger commuter guest speaker spectator pupil priest monk judge lawyer thief"
            " burglar protester receptionist assistant clerk manager client patient dentist"
            " courier postman coach model bodyguard friend neighbour neighbor"
        ),
    ),
    "customers": (
        "",
        "",
        (
            "customers shoppers visitors tourists students passengers teachers chefs waiters"
            " commuters guests spectators pupils protesters demonstrators clients"
            " patients friends neighbours neighbors fans models"
        ),
    ),
    "cyclist": ("", "", "cyclist biker rider"),
    "cyclists": ("", "", "cyclists bikers riders"),
}

AGES: dict[str, str] = {
    "child": "little small",
    "young": "young teenage teenaged adolescent",
    "adult": "adult grown-up middle-aged",
    "old": "old elderly senior aged",
}

# words: (least, most; -1: no upper bound)
COUNTS: dict[str, tuple[int, int]] = {
    "one": (1, 1),
    "a single|single|1|alone|lone|only one": (1, 1),
    "two|2|a couple of|couple of|both|a pair of|pair of|a couple|twin": (2, 2),
    "three|3": (3, 3),
    "four|4": (4, 4),
    "five|5": (5, 5),
    "six|6": (6, 6),
    "seven|7": (7, 7),
    "eight|8": (8, 8),
    "nine|9": (9, 9),
    "ten|10": (10, 10),
    "several|some|a few|few|multiple|various": (2, -1),
    "a bunch of|bunch of|a handful of|handful of": (3, -1),
    "many|lots of|a lot of|plenty of|numerous|tons of|loads of|heaps of|countless": (4, -1),
    "a group of|group of|groups of|a team of": (3, -1),
    "a herd of|herd of|herds of|a flock of|flock of|flocks of|a pack of|pack of": (3, -1),
    "a crowd of|crowd of|crowds of": (5, -1),
}
# nouns that are people and a count in one; nobody is a negation with no one left
CROWDS: dict[str, tuple[int, int]] = {
    "a crowd|crowd|crowds|crowded": (5, -1),
    "a group|group|groups": (3, -1),
    "a couple|couple": (2, 2),
    "couples": (2, -1),
    "nobody|no one|noone|no-one|nobody but|no one but|nobody except|0 people|0 persons|unpeopled": (
        0,
        0,
    ),
}
