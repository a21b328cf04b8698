"""The video method of a writer."""

from __future__ import annotations

from typing import Any

from .arguments import number_of, tag_of
from .gif import LARGEST_SIDE, to_gif
from .images import ImageMethods
from .pictures import frames_of

#: Hundredths of a second; browsers show what is faster at ten frames a second.
_SHORTEST, _LONGEST = 2, 65_535


class VideoMethods(ImageMethods):
    """Add videos, as animated GIF."""

    def add_video(
        self,
        tag: str,
        vid_tensor: Any,
        global_step: int | None = None,
        fps: float = 4,
        walltime: float | None = None,
    ) -> None:
        """Add a video.

        Parameters
        ----------
        tag
            Name of the series.
        vid_tensor
            An array, tensor or list of shape [N, T, C, H, W]: N videos of T frames, shown side by
            side, each frame with 1 (grey) or 3 (RGB) channels. uint8 from 0 to 255, or any other
            type from 0 to 1. What lies outside is cut off.
        global_step
            Step of the video. Default: 0.
        fps
            Frames a second, 50 at most.
        walltime
            Seconds since 1970. Default: now.

        Raises
        ------
        TypeError
            If `tag` is no string, or `vid_tensor` no real numbers.
        ValueError
            If `vid_tensor` is of another shape, empty or has NaN, or `fps` is not above 0.

        Warns
        -----
        UserWarning
            If there are integers above 1 that are not uint8: they are cut off as well.

        Notes
        -----
        GIF has 256 colours. A video of no more, such as a grey one, is kept as it is.

        Examples
        --------
        >>> writer.add_video("rollout", frames[None], step, fps=25)  # doctest: +SKIP
        """
        import numpy as np

        frames = frames_of(tag_of(tag), vid_tensor)
        rate = number_of(tag, fps)
        if not rate > 0:
            message = f"fps of {tag!r} must be above 0, not {rate}"
            raise ValueError(message)
        count, *size = frames.shape
        if max(size) > LARGEST_SIDE:
            message = f"the video {tag!r} is too large for a GIF: {size[1]:,}x{size[0]:,} pixels"
            raise ValueError(message)
        # Rounded so that the whole lasts as long as it should.
        times = np.rint(np.arange(count + 1) * np.clip(100 / rate, _SHORTEST, _LONGEST))
        colored = np.broadcast_to(frames, (*frames.shape[:3], 3))
        data = to_gif(colored, np.diff(times).astype(int).tolist())
        self._add_encoded(tag, data, tuple(size), global_step, walltime)
