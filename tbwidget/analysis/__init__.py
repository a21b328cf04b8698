"""Numerics on plain arrays; nothing here knows of files, runs or widgets."""
