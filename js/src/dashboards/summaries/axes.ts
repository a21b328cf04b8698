// The x axes that charts over steps can have.
import type { XAxis } from "../../state/session";

export const X_AXES: readonly { value: XAxis; text: string; title: string }[] = [
  { value: "step", text: "Step", title: "Training steps" },
  { value: "relative", text: "Relative", title: "Time since the first value of each run" },
  { value: "wall", text: "Wall", title: "Time of day" },
];
