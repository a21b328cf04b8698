"""A log directory with something for every tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import tbwidget

if TYPE_CHECKING:
    from pathlib import Path

#: What each tab's picture of it tells, in its titles and cells.
WORDS = {
    "scalars": "train/loss",
    "custom_scalars": "all losses",
    "images": "8 x 6 pixels",
    "audio": "speech",
    "distributions": "dense/kernel",
    "histograms": "dense/kernel",
    "text": "Step 2",
    "pr_curves": "pr/class_0",
    "tensors": "float32 [2, 3]",
}


def write_every_tab(root: Path, runs: tuple[str, ...] = ("a", "b"), steps: int = 3) -> None:
    """Write runs with scalars, a layout, media, histograms, texts, PR curves and tensors."""
    rng = np.random.default_rng(7)
    labels = rng.integers(0, 2, 100)
    time = np.arange(800) / 8000
    for run in runs:
        with tbwidget.SummaryWriter(str(root / run)) as writer:
            writer.add_custom_scalars({"losses": {"all losses": ["Multiline", ["train/.*"]]}})
            for step in range(steps):
                writer.add_scalar("train/loss", 1.0 / (1 + step), step)
                writer.add_scalar("train/accuracy", step / steps, step)
                writer.add_histogram("dense/kernel", rng.normal(step, 1, 200), step)
                writer.add_pr_curve("pr/class_0", labels, rng.random(100), step)
                writer.add_text("notes", f"# Step {step}\n\nwords", step)
                writer.add_tensor("attention", rng.normal(size=(2, 3)).astype(np.float32), step)
                writer.add_images("samples", rng.random((2, 3, 6, 4)), step)
                clip = np.sin(2 * np.pi * 440 * time).reshape(1, -1)
                writer.add_audio("speech", clip, step, sample_rate=8000)
