"""The number series of a company."""
