"""Shapes of search for programs, one module a noun."""
