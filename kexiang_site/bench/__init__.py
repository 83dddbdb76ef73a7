"""Measurements: each names its baseline and proves its answers before it times them."""
