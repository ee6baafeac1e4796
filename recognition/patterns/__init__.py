"""Patterns of a library: who is with whom, how people pass between cameras, and who is next where.

Everything is read from the tracks as they are assigned now; hidden people, and libraries that do
not recognise people, are in none of it. Times are of the library's time zone, after the camera's
clock was put right.
"""
