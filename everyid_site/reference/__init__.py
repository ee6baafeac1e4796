"""The API's reference: what its schema says, put into words, examples and pages.

``words`` has a name for every operation, ``samples`` makes examples, ``documenting`` writes both
into the schema, and ``reading`` turns the schema into what the pages show.
"""
