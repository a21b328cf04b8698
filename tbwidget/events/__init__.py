"""Event files as columns: bytes in, numpy columns and problems out.

Nothing here knows of runs, widgets or threads. The one seam is `decode.decode`: a pure,
picklable function of a file and a cursor.
"""
