"""Settings, read once from the environment into typed values."""

from tallystick.config.environment import Environment, environment

__all__ = ["Environment", "environment"]
