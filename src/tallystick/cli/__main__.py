"""`python -m tallystick.cli` is `tally`, for processes that start one another."""

from tallystick.cli.app import main

if __name__ == "__main__":
    main()
