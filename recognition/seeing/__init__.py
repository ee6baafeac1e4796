"""From what networks give to what the catalogue says: pure, without Django.

- ``watching``   one walk over footage: sample, detect, follow, crop
- ``crop_pool``  the few best crops of each track while footage runs by
- ``grouping``   which tracks of a library are one person
- ``describing`` what a shot shows; ``synonyms`` other words for it
"""
