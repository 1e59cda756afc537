"""Exit codes of the commands; what a signal ends is counted as shells do."""

BROKEN, FAULT = 1, 2
INTERRUPTED, READER_LEFT = 130, 141
