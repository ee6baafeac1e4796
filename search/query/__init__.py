"""The question: from plain language to a typed structure. Pure: no Django, no database."""
