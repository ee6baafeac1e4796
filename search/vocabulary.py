"""The closed vocabularies of queries: words for people, clothes, colours, things, places.

Data only (``lexicon.py`` looks words up). Canonical values are the words that the catalogue
stores: ``Attribute.value``, ``Track.label`` (COCO's names) and ``Description.scene``. Written by
hand from the vocabulary of COCO and Flickr8k captions and the places of the scene readers. In a
table's text, single words are parted by spaces and fixed phrases stand after ``|``.
"""

from __future__ import annotations

COLOURS: dict[str, str] = {
    "black": "black",
    "white": "white",
    "grey": "grey gray silver charcoal",
    "red": "red crimson scarlet maroon burgundy",
    "orange": "orange",
    "yellow": "yellow golden mustard",
    "green": "green olive lime khaki",
    "blue": "blue navy turquoise cyan teal",
    "purple": "purple violet lilac",
    "pink": "pink magenta",
    "brown": "brown tan",
    "beige": "beige",
}

# canonical garment: where its colour is read off (upper, lower, any, none), and its words
GARMENTS: dict[str, tuple[str, str]] = {
    "coat": ("upper", "coat coats overcoat raincoat parka"),
    "jacket": ("upper", "jacket jackets blazer anorak windbreaker"),
    "shirt": ("upper", "shirt shirts t-shirt t-shirts tshirt tshirts tee blouse polo"),
    "sweater": ("upper", "sweater sweaters hoodie hoodies jumper pullover cardigan sweatshirt"),
    "vest": ("upper", "vest waistcoat hi-vis"),
    "top": ("upper", "tank-top crop-top top"),
    "dress": ("any", "dress dresses gown robe"),
    "suit": ("any", "suit suits tuxedo uniform uniforms overalls"),
    "trousers": ("lower", "trousers pants jeans leggings slacks"),
    "shorts": ("lower", "shorts"),
    "skirt": ("lower", "skirt skirts"),
    "swimwear": ("any", "swimsuit bikini trunks"),
    "clothes": ("any", "clothes clothing outfit costume"),
    "hat": ("none", "hat hats cap caps beanie helmet helmets hood"),
    "glasses": ("none", "glasses sunglasses goggles"),
    "scarf": ("none", "scarf"),
    "mask": ("none", "mask masks"),
    "shoes": ("none", "shoes boots sneakers sandals"),
    "gloves": ("none", "gloves"),
    "apron": ("none", "apron"),
    "long hair": ("none", "|long hair|long-haired"),
    "long sleeves": ("none", "|long sleeves|long-sleeved"),
    "short sleeves": ("none", "|short sleeves|short-sleeved"),
}

# canonical thing that people carry (also an attribute or a track's label), and its words
CARRIED: dict[str, str] = {
    "backpack": "backpack backpacks rucksack knapsack",
    "handbag": "handbag handbags purse",
    "bag": "bag bags",
    "suitcase": "suitcase suitcases luggage trolley",
    "umbrella": "umbrella umbrellas parasol",
    "phone": "phone phones smartphone cellphone|cell phone|mobile phone",
}

# canonical: (gender, age group), words
PERSON_NOUNS: dict[str, tuple[str, str, str]] = {
    "person": ("", "", "person human somebody someone anyone anybody individual figure pedestrian"),
    "people": ("", "", "people persons humans pedestrians folks family team"),
    "man": ("man", "", "man guy gentleman male dude"),
    "men": ("man", "", "men guys gentlemen males"),
    "woman": ("woman", "", "woman lady female"),
    "women": ("woman", "", "women ladies females"),
    "boy": ("man", "child", "boy"),
    "boys": ("man", "child", "boys"),
    "girl": ("woman", "child", "girl"),
    "girls": ("woman", "child", "girls"),
    "child": ("", "child", "child kid toddler baby"),
    "children": ("", "child", "children kids toddlers babies"),
    "worker": ("", "", "worker employee engineer technician labourer"),
    "workers": ("", "", "workers employees engineers technicians staff"),
    "player": ("", "", "player athlete runner dancer skater surfer swimmer skier"),
    "players": ("", "", "players athletes runners dancers skaters surfers climbers swimmers"),
    "customer": ("", "", "customer shopper visitor tourist student teacher chef waiter"),
    "customers": ("", "", "customers shoppers visitors tourists students passengers"),
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
    "two|2|a couple of|couple of|both|a pair of|pair of|a couple": (2, 2),
    "three|3": (3, 3),
    "four|4": (4, 4),
    "five|5": (5, 5),
    "six|6": (6, 6),
    "seven|7": (7, 7),
    "eight|8": (8, 8),
    "nine|9": (9, 9),
    "ten|10": (10, 10),
    "several|some|a few|few|multiple": (2, -1),
    "many|lots of|a lot of": (4, -1),
    "a group of|group of|groups of|a team of": (3, -1),
    "a crowd of|crowd of|crowds of": (5, -1),
}
# nouns that are people and a count in one; nobody is a negation with no one left
CROWDS: dict[str, tuple[int, int]] = {
    "a crowd|crowd|crowds|crowded": (5, -1),
    "a group|group": (3, -1),
    "nobody|no one|noone|no people|no person|no humans|without people|unpeopled": (0, 0),
}

# canonical action: movement of the track that agrees ("" for none), and its words
ACTIONS: dict[str, tuple[str, str]] = {
    "walk": ("walking", "walk walks walking walked stroll strolling strolls"),
    "run": ("running", "run runs running jog jogs jogging sprint sprinting"),
    "stand": ("stationary", "stand stands standing wait waits waiting"),
    "sit": ("stationary", "sit sits sitting seated|sitting down|sits down"),
    "lie": ("stationary", "lie lies lying sleep sleeps sleeping"),
    "dance": ("", "dance dances dancing ballet"),
    "jump": ("", "jump jumps jumping leap leaping"),
    "climb": ("", "climb climbs climbing"),
    "swim": ("", "swim swims swimming dive dives diving"),
    "ride": ("", "ride rides riding cycle cycles cycling biking"),
    "drive": ("", "drive drives driving"),
    "skate": ("", "skate skates skating skateboarding snowboarding skiing surfing"),
    "talk": ("", "talk talks talking speak speaks speaking chat chatting interview"),
    "sign": ("", "signing|sign language|using sign language"),
    "eat": ("", "eat eats eating dine dining"),
    "drink": ("", "drink drinks drinking"),
    "smoke": ("", "smoking smokes"),
    "cook": ("", "cooking cooks chopping baking"),
    "read": ("", "read reads reading"),
    "write": ("", "write writes writing draw drawing paint painting"),
    "type": ("", "typing types"),
    "work": ("", "working works"),
    "play": ("", "play plays playing"),
    "hold": ("", "hold holds holding"),
    "carry": ("", "carry carries carrying"),
    "push": ("", "push pushes pushing"),
    "pull": ("", "pull pulls pulling drag dragging"),
    "lift": ("", "lift lifts lifting"),
    "throw": ("", "throw throws throwing toss tossing"),
    "catch": ("", "catch catches catching"),
    "kick": ("", "kick kicks kicking"),
    "wave": ("", "waving"),
    "point": ("", "point pointing points"),
    "look": ("", "look looks looking watch watches watching stare staring"),
    "smile": ("", "smile smiles smiling laugh laughs laughing"),
    "cry": ("", "cry cries crying"),
    "hug": ("", "hug hugs hugging kiss kisses kissing embrace embracing"),
    "fight": ("", "fight fights fighting"),
    "shake hands": ("", "shaking hands|shake hands|handshake"),
    "clap": ("", "clap claps clapping"),
    "sing": ("", "sing sings singing"),
    "exercise": ("", "exercise exercises exercising stretching yoga squat squats lunges"),
    "turn": ("", "turning turns"),
    "enter": ("", "enter enters entering arrive arrives arriving"),
    "leave": ("", "leave leaves leaving exit exits exiting"),
    "open": ("", "open opens opening"),
    "cross": ("", "crossing crosses"),
    "shop": ("", "shopping"),
    "use": ("", "use uses using"),
}

# COCO's label: words for it. Also what the detector may call the same thing.
OBJECTS: dict[str, str] = {
    "bicycle": "bicycle bicycles bike bikes",
    "car": "car cars automobile automobiles taxi taxis sedan",
    "motorcycle": "motorcycle motorcycles motorbike motorbikes scooter scooters moped",
    "airplane": "airplane airplanes plane planes aircraft aeroplane jet",
    "bus": "bus buses",
    "train": "train trains tram trams",
    "truck": "truck trucks lorry lorries",
    "vehicle": "vehicle vehicles traffic van vans",
    "boat": "boat boats ship ships canoe kayak sailboat",
    "traffic light": "|traffic light|traffic lights|stoplight",
    "fire hydrant": "|fire hydrant",
    "stop sign": "|stop sign",
    "parking meter": "|parking meter",
    "bench": "bench benches",
    "bird": "bird birds pigeon pigeons duck ducks goose geese seagull swan",
    "cat": "cat cats kitten kittens",
    "dog": "dog dogs puppy puppies",
    "horse": "horse horses pony ponies",
    "sheep": "sheep lamb lambs goat goats",
    "cow": "cow cows cattle bull",
    "elephant": "elephant elephants",
    "bear": "bear bears",
    "zebra": "zebra zebras",
    "giraffe": "giraffe giraffes",
    "animal": "animal animals",
    "tie": "tie necktie",
    "frisbee": "frisbee frisbees",
    "skis": "ski skis",
    "snowboard": "snowboard",
    "ball": "ball balls football basketball|sports ball|soccer ball",
    "kite": "kite kites",
    "baseball bat": "|baseball bat",
    "skateboard": "skateboard skateboards",
    "surfboard": "surfboard surfboards",
    "tennis racket": "racket racquet|tennis racket",
    "bottle": "bottle bottles",
    "wine glass": "|wine glass|wine glasses",
    "cup": "cup cups mug mugs",
    "fork": "fork forks",
    "knife": "knife knives",
    "spoon": "spoon spoons",
    "bowl": "bowl bowls",
    "banana": "banana bananas",
    "apple": "apple apples",
    "sandwich": "sandwich sandwiches",
    "broccoli": "broccoli",
    "carrot": "carrot carrots",
    "hot dog": "|hot dog",
    "pizza": "pizza pizzas",
    "donut": "donut donuts doughnut",
    "cake": "cake cakes",
    "food": "food meal",
    "fruit": "fruit fruits",
    "chair": "chair chairs stool armchair",
    "couch": "couch sofa sofas",
    "potted plant": "|potted plant|houseplant",
    "bed": "bed beds",
    "dining table": "table tables desk desks|dining table",
    "toilet": "toilet",
    "television": "television televisions tv tvs monitor monitors screen screens",
    "laptop": "laptop laptops computer computers",
    "mouse": "mouse",
    "keyboard": "keyboard keyboards",
    "microwave": "microwave",
    "oven": "oven stove",
    "sink": "sink",
    "refrigerator": "refrigerator fridge",
    "book": "book books",
    "clock": "clock clocks",
    "vase": "vase",
    "scissors": "scissors",
    "teddy bear": "|teddy bear|teddy",
    "toothbrush": "toothbrush",
}
# one word for several labels
LABEL_GROUPS: dict[str, tuple[str, ...]] = {
    "vehicle": ("car", "bus", "truck", "motorcycle", "train"),
    "animal": ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra"),
    "fruit": ("apple", "banana", "orange"),
    "food": ("sandwich", "pizza", "cake", "donut", "hot dog", "apple", "banana"),
    "bag": ("handbag", "backpack", "suitcase"),
    "truck": ("truck",),
}

# scene label: words for it. Labels of every scene reader, closest first (see SCENE_KIN).
PLACES: dict[str, str] = {
    "bathroom": "bathroom bathrooms restroom washroom",
    "beach": "beach beaches seaside shore seashore",
    "bedroom": "bedroom bedrooms",
    "building": "building buildings house houses tower towers skyscraper facade",
    "city": "city town downtown cityscape skyline",
    "classroom": "classroom classrooms lecture school",
    "coast": "coast coastline cliff cliffs",
    "corridor": "corridor corridors hallway hallways hall aisle",
    "desert": "desert dune dunes",
    "factory": "factory warehouse workshop industrial assembly|construction site",
    "field": "field fields meadow grass lawn farm countryside grassland",
    "forest": "forest forests woods woodland jungle",
    "garage": "garage|parking lot|car park|parking",
    "garden": "garden gardens yard backyard",
    "glacier": "glacier glaciers",
    "gym": "gym gymnasium",
    "highway": "highway highways motorway freeway expressway",
    "kitchen": "kitchen kitchens",
    "laboratory": "lab laboratory",
    "lake": "lake lakes pond",
    "river": "river rivers stream creek waterfall canal",
    "airport": "airport airports|airport terminal",
    "staircase": "stairs staircase stairway steps escalator",
    "suburb": "suburb suburbs suburban",
    "library": "|the library|a library|public library|in library",
    "living room": "lounge|living room|living-room",
    "lobby": "lobby foyer reception",
    "mountain": "mountain mountains hill hills peak alps",
    "office": "office offices cubicle|meeting room|conference room",
    "park": "park parks",
    "playground": "playground playgrounds",
    "restaurant": "restaurant restaurants cafe diner bar pub canteen cafeteria",
    "room": "room rooms",
    "sea": "sea ocean seas waves surf",
    "sky": "sky clouds",
    "snow": "snow snowy",
    "square": "plaza square courtyard piazza",
    "stadium": "stadium arena pitch court",
    "stage": "stage theatre theater concert",
    "station": "station platform subway metro|train station|bus station|bus stop",
    "store": "store stores shop shops supermarket market mall grocery",
    "street": "street streets road roads sidewalk pavement crosswalk intersection alley avenue",
    "pool": "pool|swimming pool",
    "bridge": "bridge bridges",
    "water": "water",
}
# labels of places that are alike: they answer in part
SCENE_KIN: dict[str, tuple[str, ...]] = {
    "beach": ("coast", "sea"),
    "coast": ("beach", "sea"),
    "sea": ("coast", "beach", "lake"),
    "water": ("sea", "lake", "river", "coast", "beach", "swimming pool"),
    "building": ("buildings", "tall building", "city", "street", "suburb", "inside city"),
    "city": ("inside city", "street", "tall building", "buildings"),
    "street": ("city", "inside city", "road", "suburb"),
    "highway": ("road", "street"),
    "mountain": ("glacier", "snow"),
    "snow": ("glacier", "mountain"),
    "glacier": ("mountain", "snow"),
    "field": ("open country", "park", "sports field"),
    "forest": ("park",),
    "park": ("garden", "field", "forest"),
    "lake": ("river", "sea"),
    "river": ("lake",),
    "room": ("living room", "bedroom", "office", "kitchen", "classroom"),
    "square": ("plaza", "street", "city"),
    "corridor": ("lobby", "staircase"),
    "lobby": ("corridor",),
    "factory": ("workshop", "industrial", "laboratory"),
    "garden": ("park", "suburb"),
    "stadium": ("sports field", "gym"),
    "laboratory": ("workshop", "office"),
    "station": ("train station", "airport"),
    "office": ("laboratory",),
}
# the same thing by another reader's name: counts in full
SCENE_SAME: dict[str, tuple[str, ...]] = {
    "store": ("shop",),
    "factory": ("workshop", "factory"),
    "pool": ("swimming pool",),
    "garage": ("parking lot",),
    "station": ("train station",),
    "square": ("plaza",),
}

SETTINGS: dict[str, str] = {
    "indoors": "indoors indoor inside|in doors",
    "outdoors": "outdoors outdoor outside|out doors|in the open",
}
LIGHTS: dict[str, str] = {
    "day": "daytime daylight sunny sunlight|by day|during the day|in the day|in daylight|day",
    "night": "night nighttime dark evening nightfall|at night|by night|in the dark|after dark",
}
NEGATIONS = (
    "no not without never except excluding minus isn't aren't don't doesn't isnt arent dont doesnt"
    " hasn't hasnt wasn't|but not|and no|and not|does not|do not|is not|are not"
)
ORDERS: dict[str, str] = {
    "then": "then afterwards|and then|after that|and afterwards|and later",
    "before": "before|and before",
    "after": "after",
}
WEARS = "in wearing wears wear with having has dressed carrying holding"
LINKS = (
    "a an the and or of at on near by beside behind next to from into onto over under"
    " who that which is are was were be being there his her their its it they he she while along"
    " across around through between during up down as for there's this these those where when"
    "|next to|in front of|on top of|close to|inside of|outside of"
)
# correct words that lie one letter from a vocabulary word and mean something else
NOT_TYPOS = """
short block blank while greed greet greek house beech teach woken shire skier cloth
coast prone plant place trial trail chain cable class grass glass stare start state
stand sport spot spots shape sharp other others order words world would could should
their these those where there three threw tried water later tower lower power brown
crown drown track crack trick truce trust stage stale steer steed sheet sheer sleep
speak spoke board round found sound wound mound hound hours horns norse rouse mouse
louse parks parka paris pairs stair stairs chairs couch coach touch pitch ditch catch
watch match march reach peach beads bread break light right might night sight fight
tight eight white write waste paste taste table fable phase phone photo shot shots movie
video clip clips frame scene scenes money monkey donkey honey finger singer signal
single jingle mingle dinner winner thinner banner manner planner
"""
