"""Charts as pictures without a browser: SVG by ourselves, PNG where Pillow is installed.

Ticks, ranges and colours are those of the front end (``js/src/charts``, ``js/src/state``).
"""
