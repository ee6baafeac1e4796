"""Search by REST, one module a noun."""
