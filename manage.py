#!/usr/bin/env python
"""The command line of EveryID."""

import sys

from everyid_site.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv))
