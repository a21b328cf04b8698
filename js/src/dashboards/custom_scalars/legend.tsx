// Which tags a chart of the layout shows, how each is drawn, and what they were found by.
import type { ReadonlySignal } from "@preact/signals";
import type { View } from "../../board/view";
import { colorOf, dashOf } from "../../state/palette";
import { PopoverButton } from "../../ui/popover";
import type { TagRow } from "../../wire/types";
import type { LineSource } from "../scalars/lines";
import type { Chart } from "./layout";

/** More names would not be seen. */
const MOST_NAMES = 24;

export interface LegendProps {
  view: View;
  chart: ReadonlySignal<Chart>;
  tags: ReadonlySignal<readonly TagRow[]>;
  sources: ReadonlySignal<LineSource[]>;
}

/** A line of the chart: its tag, and the tags of its limits if it is the curve in a band. */
interface Entry {
  name: string;
  limits: readonly [lower: string | null, upper: string | null] | null;
}

/** As much as fits one line, and a button that lists all. */
export function Legend(props: LegendProps) {
  const { view, chart, tags } = props;
  const entries = entriesOf(chart.value, tags.value);
  if (!entries.length) return null;
  const colored = isColored(props);
  return (
    <div class="legend">
      <ul>
        {entries.slice(0, MOST_NAMES).map(({ name, limits }, place) => (
          <li key={place} title={name}>
            <Sample {...{ place, colored, banded: isBanded(limits) }} />
            <span>{name}</span>
          </li>
        ))}
      </ul>
      <PopoverButton
        popover={view.popover}
        text={tags.value.length === 1 ? "1 tag" : `${tags.value.length} tags`}
        label={`Tags of ${chart.value.title}`}
      >
        {() => <Matches {...props} />}
      </PopoverButton>
    </div>
  );
}

/** All tags, with how many lines each has, below the patterns of the layout that found them. */
function Matches(props: LegendProps) {
  const { chart, tags, sources } = props;
  const { patterns, margins } = chart.value;
  const entries = entriesOf(chart.value, tags.value);
  const colored = isColored(props);
  const lines = (place: number) => {
    const count = sources.value.filter((source) => source.place === place).length;
    return count === 1 ? "1 line" : `${count} lines`;
  };
  return (
    <div class="settings matches">
      {margins.length === 0 && (
        <>
          <h5>{patterns.length === 1 ? "Pattern" : "Patterns"}</h5>
          <ul>
            {patterns.map((pattern, i) => (
              <li key={i}>
                <code>{pattern}</code>
              </li>
            ))}
          </ul>
        </>
      )}
      <h5>{margins.length ? "Value, lower and upper bound" : "Matching tags"}</h5>
      <ul>
        {entries.map(({ name, limits }, place) => (
          <li key={place}>
            <Sample {...{ place, colored, banded: isBanded(limits) }} />
            <span>
              {limits ? [name, ...limits.map((one) => one ?? "missing")].join(", ") : name}
            </span>
            <i>{lines(place)}</i>
          </li>
        ))}
      </ul>
    </div>
  );
}

function isBanded(limits: Entry["limits"]): boolean {
  return limits !== null && !limits.includes(null);
}

/** How the lines of a tag look: its dashes, or its colour if that tells tags apart. */
function Sample(props: { place: number; colored: boolean; banded: boolean }) {
  const { place, colored, banded } = props;
  const stroke = colored ? colorOf(place) : "currentColor";
  const dash = colored ? "" : dashOf(place).join(" ");
  return (
    <svg width="18" height="8" aria-hidden="true">
      {banded && <rect width="18" height="8" fill={stroke} fill-opacity="0.2" />}
      <line
        {...{ x1: 0, y1: 4, x2: 18, y2: 4, stroke }}
        stroke-width="1.5"
        stroke-dasharray={dash}
      />
    </svg>
  );
}

/** Whether tags are told apart by colour: with one run it is free for that. */
function isColored({ view, sources }: LegendProps): boolean {
  const several = sources.value.some(({ place }) => place > 0);
  return several && view.session.selected.value.length === 1;
}

function entriesOf({ margins }: Chart, rows: readonly TagRow[]): Entry[] {
  if (!margins.length) return rows.map(([, name]) => ({ name, limits: null }));
  const names = new Map(rows.map(([tag, name]) => [tag, name]));
  const nameOf = (tag: number | null) => (tag === null ? null : (names.get(tag) ?? null));
  return margins.map(([value, lower, upper]) => ({
    name: nameOf(value) ?? "missing",
    limits: [nameOf(lower), nameOf(upper)],
  }));
}
