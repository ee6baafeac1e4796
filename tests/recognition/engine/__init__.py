"""The engine: arrays in, values out; no database, no network."""
