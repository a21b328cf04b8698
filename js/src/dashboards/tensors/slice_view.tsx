// The tensor of one run at a step: which slice of it, as a heat map or a table.
import { useSignal } from "@preact/signals";
import type { View } from "../../board/view";
import { Segments } from "../../ui/controls";
import { CellTable } from "./cell_table";
import { partText, readout, shapeText } from "./cells";
import type { ColorRange } from "./colors";
import { HeatMap, Legend } from "./heat_map";
import type { How, Pair, Slice, Tensor, TensorCardState } from "./model";

const HOW: readonly { value: How; text: string; title: string }[] = [
  { value: "mean", text: "Mean", title: "The mean of the finite values of each block" },
  { value: "min", text: "Min", title: "The least value of each block" },
  { value: "max", text: "Max", title: "The largest value of each block" },
  { value: "part", text: "Part", title: "The elements themselves, so many as there is room for" },
];

export interface SliceViewProps {
  view: View;
  state: TensorCardState;
  tag: string;
  /** What is shown; undefined until something has come. */
  tensor: Tensor | undefined;
  /** Whether it is not yet what was asked for. */
  stale: boolean;
  range: ColorRange | null;
  table: boolean;
  /** Why there is nothing. */
  message: string;
}

export function SliceView(props: SliceViewProps) {
  const { view, state, tag, tensor, stale, range, message } = props;
  const pointed = useSignal<Pair | null>(null);
  const slice = tensor?.slice;
  if (!tensor || !slice) {
    return (
      <div class="slice">
        <p class="reason">{tensor?.error || message}</p>
      </div>
    );
  }
  const empty = slice.cells[0] * slice.cells[1] === 0;
  const table = props.table || slice.texts !== null;
  const label = `Values of ${tag}, shape ${shapeText(tensor.shape)}`;
  const at = pointed.value;
  return (
    <div class={`slice${stale ? " stale" : ""}`}>
      <Controls {...{ state, tensor, slice }} />
      {empty ? (
        <p class="reason">This tensor has no elements: its shape is {shapeText(tensor.shape)}.</p>
      ) : table ? (
        <CellTable {...{ slice, label }} />
      ) : (
        <HeatMap
          {...{ view, slice, range, label, pointed }}
          onPick={(cell) => {
            state.first.value = around(slice, cell);
            state.how.value = "part";
          }}
        />
      )}
      {!empty && (
        <p class="slice-foot">
          {!table && <Legend {...{ view, slice, range }} />}
          <output aria-live="polite">
            {at && !table && at[0] < slice.cells[0] && at[1] < slice.cells[1]
              ? readout(tensor, at[0], at[1])
              : partText(slice)}
          </output>
        </p>
      )}
    </div>
  );
}

/** The part to show for a block to be in its middle. */
function around({ block, cells }: Slice, cell: Pair): Pair {
  const first = (i: 0 | 1) => Math.max(0, Math.round((cell[i] + 0.5) * block[i] - cells[i] / 2));
  return [first(0), first(1)];
}

/** Indices of the dimensions that are not shown, and what of the others is. */
function Controls(props: { state: TensorCardState; tensor: Tensor; slice: Slice }) {
  const { state, tensor, slice } = props;
  const leading = tensor.shape.slice(0, -2);
  const isPart = !slice.how && slice.cells[0] * slice.cells[1] < slice.size[0] * slice.size[1];
  const large = slice.how !== "" || (isPart && !slice.texts);
  if (!leading.length && !large && !isPart) return null;
  return (
    <div class="slice-controls">
      {leading.map((size, dimension) => (
        <NumberBox
          key={dimension}
          label={`Index in dimension ${dimension}`}
          before={dimension ? "," : "["}
          value={slice.index[dimension] ?? 0}
          count={size}
          onChange={(value) => {
            const next = leading.map((_, i) => state.index.peek()[i] ?? 0);
            next[dimension] = value;
            state.index.value = next;
          }}
        />
      ))}
      {leading.length > 0 && <span>, :, :]</span>}
      {large && <Segments label="What large slices show" options={HOW} setting={state.how} />}
      {isPart &&
        ([0, 1] as const).map((axis) => (
          <NumberBox
            key={axis}
            label={axis ? "First column" : "First row"}
            before={axis ? "column" : "row"}
            value={slice.first[axis]}
            count={slice.size[axis] - slice.cells[axis] + 1}
            onChange={(value) => {
              state.first.value = axis ? [slice.first[0], value] : [value, slice.first[1]];
            }}
          />
        ))}
    </div>
  );
}

function NumberBox(props: {
  label: string;
  before: string;
  value: number;
  count: number;
  onChange: (value: number) => void;
}) {
  const { label, before, value, count, onChange } = props;
  const last = Math.max(0, count - 1);
  return (
    <label title={`${label}, 0 to ${last}`}>
      {before}{" "}
      <input
        type="number"
        aria-label={label}
        min={0}
        max={last}
        disabled={last === 0}
        value={value}
        onChange={(event) => {
          const number = Math.round(event.currentTarget.valueAsNumber);
          if (!Number.isNaN(number)) onChange(Math.min(Math.max(number, 0), last));
        }}
      />
    </label>
  );
}
