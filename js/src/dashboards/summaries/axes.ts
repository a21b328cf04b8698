// The x axes that charts over steps can have.
import type { XAxis, YScale } from "../../state/session";

export const X_AXES: readonly { value: XAxis; text: string; title: string }[] = [
  { value: "step", text: "Step", title: "Training steps" },
  { value: "relative", text: "Relative", title: "Time since the first value of each run" },
  { value: "wall", text: "Wall", title: "Time of day" },
];

export const Y_SCALES: readonly { value: YScale; text: string; title?: string }[] = [
  { value: "linear", text: "Linear" },
  { value: "log", text: "Log", title: "Logarithmic y axis; values of 0 and below are left out" },
  { value: "symlog", text: "Symlog", title: "Logarithmic on both sides of zero, linear about it" },
];
