"""How the networks that ship with EveryID were trained, and the trainers for new ones.

Imports no Django; nothing in the product imports it.
"""
