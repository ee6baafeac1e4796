"""From evidence to moments: how much each speaks, what it adds up to, what is shown. Pure."""
