"""Kexiang: a regional platform for sharing science and technology resources."""

__version__ = "0.1.0"
