"""Pages of search, one module a noun."""
