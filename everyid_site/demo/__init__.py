"""Sample footage, made on the spot: rendered cameras with known truth, and an edited film."""
