"""What EveryID brings along so that one command is enough: Postgres, broker, supervisor."""
