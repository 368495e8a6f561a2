"""The catalogue of the North Skerry seed library."""

__version__ = "2.3.0"
