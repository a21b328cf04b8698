// Histograms as text for a file.
import { cell } from "../scalars/card_export";
import type { Source } from "./layout";

export interface BucketsOfStep {
  run: string;
  step: number;
  left: Float64Array | undefined;
  right: Float64Array | undefined;
  count: Float64Array | undefined;
}

/** The slices that are shown, one row a bucket. */
export function csvOfSources(sources: readonly Source[], tag: string): string {
  const lines = ["run,tag,step,wall_time,left,right,count"];
  for (const { name, slices } of sources)
    for (let i = 0; i < slices.length; i++)
      for (let place = 0; place < slices.size(i); place++) {
        const { left, right, count } = slices.bucket(i, place);
        const numbers = [slices.steps[i], slices.walls[i], left, right, count];
        lines.push([cell(name), cell(tag), ...numbers].join());
      }
  return `${lines.join("\n")}\n`;
}

/** The buckets of one step of several runs, exactly as they were written. */
export function csvOfBuckets(steps: readonly BucketsOfStep[], tag: string): string {
  const lines = ["run,tag,step,left,right,count"];
  for (const { run, step, left, right, count } of steps)
    for (const [place, number] of (count ?? []).entries()) {
      const numbers = [step, left?.[place], right?.[place], number];
      lines.push([cell(run), cell(tag), ...numbers].join());
    }
  return `${lines.join("\n")}\n`;
}
