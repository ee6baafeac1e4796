"""Evidence out of the catalogue: scopes, vectors, words, facts of shots."""
