"""``python -m royalties``."""

from royalties.cli import main

main()
