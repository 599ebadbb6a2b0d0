"""`python -m api.cli` is `cantiere`."""

from api.cli.main import main

main()
