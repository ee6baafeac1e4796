"""Pages of libraries and assets. A view parses, authorises, calls one service or read, renders."""
