"""Charts as pictures without a browser: SVG by ourselves, PNG with Pillow.

Ticks, ranges and colours are those of the front end (``js/src/charts``, ``js/src/state``).
"""
