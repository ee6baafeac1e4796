"""Words of queries for what people do.

Data only; how a table is written says ``vocabulary.py``.
"""

from __future__ import annotations

# canonical action: movement of the track that agrees ("" for none), and its words
ACTIONS: dict[str, tuple[str, str]] = {
    "walk": (
        "walking",
        "walk walks walking walked stroll strolling strolls wander wandering hike hiking",
    ),
    "run": ("running", "run runs running jog jogs jogging sprint sprinting flee fleeing ran"),
    "stand": (
        "stationary",
        (
            "stand stands standing stood wait waits waiting queueing queuing|stand up|stands up"
            "|standing up|get up|gets up|getting up"
        ),
    ),
    "sit": ("stationary", "sit sits sitting seated sat|sitting down|sits down|sit down|sat down"),
    "lie": (
        "stationary",
        "lie lies lying sleep sleeps sleeping asleep|lying down|lies down|lie down",
    ),
    "stop": ("stationary", "stop stops stopping stopped"),
    "kneel": ("stationary", "kneel kneels kneeling crouch crouches crouching squatting"),
    "fall": (
        "",
        (
            "falls falling fell stumble stumbles stumbling trips|falls down|fall down|falling"
            " down|falls over|falling over"
        ),
    ),
    "dance": ("", "dance dances dancing danced ballet"),
    "jump": ("", "jump jumps jumping jumped leap leaping leaps"),
    "climb": ("", "climb climbs climbing climbed"),
    "crawl": ("", "crawl crawls crawling"),
    "swim": ("", "swim swims swimming dive dives diving"),
    "ride": ("", "ride rides riding rode cycle cycles cycling biking"),
    "drive": ("", "drive drives driving drove"),
    "skate": ("", "skate skates skating skateboarding snowboarding skiing surfing"),
    "talk": (
        "",
        (
            "talk talks talking talked speak speaks speaking chat chatting interview interviewed"
            " interviewing argue argues arguing whispering shouting shouts"
        ),
    ),
    "sign": ("", "signing|sign language|using sign language"),
    "eat": ("", "eat eats eating dine dining"),
    "drink": ("", "drink drinks drinking"),
    "smoke": ("", "smoking smokes"),
    "cook": ("", "cooking cooks chopping baking"),
    "read": ("", "read reads reading"),
    "write": ("", "write writes writing draw draws drawing paint paints painting"),
    "type": ("", "typing types"),
    "work": ("", "working works"),
    "clean": ("", "cleaning cleans sweeping sweeps mopping washing washes"),
    "play": ("", "play plays playing played"),
    "hold": ("", "hold holds holding"),
    "carry": ("", "carry carries carrying"),
    "pick up": ("", "|picks up|picking up|pick up|picked up"),
    "put down": ("", "|puts down|putting down|put down|drops|dropping"),
    "put on": ("", "|puts on|putting on|put on"),
    "take off": ("", "|takes off|taking off|take off"),
    "hit": ("", "hit hits hitting slaps slapping"),
    "feed": ("", "feed feeds feeding"),
    "check": ("", "checks checking inspecting inspects"),
    "roll": ("", "rolls rolling"),
    "blow": ("", "blows blowing|blowing out|blows out"),
    "pass": ("", "passing passes"),
    "serve": ("", "serves serving"),
    "cut": ("", "cuts cutting"),
    "dig": ("", "digs digging"),
    "load": ("", "loads loading unloads unloading"),
    "deliver": ("", "delivers delivering"),
    "pay": ("", "pays paying"),
    "march": ("", "marching marches"),
    "protest": ("", "protesting"),
    "celebrate": ("", "celebrating celebrates"),
    "shoot": ("", "shoots shooting aiming aims"),
    "nod": ("", "nods nodding"),
    "land": ("", "landing lands"),
    "meet": ("", "meets"),
    "give": ("", "gives giving|hands over|handing over"),
    "swing": ("", "swinging swings"),
    "bark": ("", "barks barking"),
    "fly": ("", "fly flies flying"),
    "graze": ("", "grazing grazes"),
    "push": ("", "push pushes pushing"),
    "knock": ("", "knocks knocking"),
    "pull": ("", "pull pulls pulling drag drags dragging"),
    "lift": ("", "lift lifts lifting"),
    "throw": ("", "throw throws throwing toss tossing"),
    "catch": ("", "catch catches catching"),
    "kick": ("", "kick kicks kicking"),
    "pour": ("", "pour pours pouring"),
    "wave": ("", "waving"),
    "point": ("", "point pointing points"),
    "look": ("", "look looks looking watch watches watching stare stares staring"),
    "smile": ("", "smile smiles smiling laugh laughs laughing"),
    "cry": ("", "cry cries crying"),
    "hug": ("", "hug hugs hugging kiss kisses kissing embrace embraces embracing"),
    "fight": ("", "fight fights fighting punching"),
    "steal": ("", "steal steals stealing|breaks in|breaking in"),
    "chase": ("", "chase chases chasing chased"),
    "follow": ("", "follow follows following followed"),
    "shake hands": ("", "|shaking hands|shakes hands|shake hands|handshake"),
    "clap": ("", "clap claps clapping applaud applauding cheering cheer cheers"),
    "sing": ("", "sing sings singing"),
    "pray": ("", "praying prays"),
    "exercise": ("", "exercise exercises exercising stretching yoga squat squats lunges"),
    "turn": ("", "turning turns|turns around|turning around"),
    "enter": (
        "",
        (
            "enter enters entering entered arrive arrives arriving arrived|comes in|coming in"
            "|walks in|walking in|gets in|getting in|get in|gets into|getting into|get into"
        ),
    ),
    "leave": (
        "",
        (
            "leave leaves leaving exit exits exiting|comes out|coming out|come out|walks out"
            "|walking out|goes out|gets out"
            "|get out|getting out|gets out of|getting out of|goes away|has left"
        ),
    ),
    "open": ("", "open opens opening opened"),
    "close": ("", "closes closing closed"),
    "cross": ("", "crossing crosses crossed"),
    "shop": ("", "shopping"),
    "use": ("", "use uses using"),
    "film": (
        "",
        (
            "filming photographing|taking a photo|taking photos|taking pictures|taking a picture"
            "|takes a photo|taking a selfie|takes a selfie"
        ),
    ),
    "park": ("", "parked"),
}
