"""Pages of people: the grid, one person, corrections, what to look at, and the history."""
