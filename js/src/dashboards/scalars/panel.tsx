// The Scalars tab: its controls, and a card a tag in groups by prefix.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { DashboardProps } from "../../board/view";
import { compilePattern } from "../../state/pattern";
import type { Session, XAxis } from "../../state/session";
import { Empty, Filter, Segments, Toggle } from "../../ui/controls";
import type { TagRow } from "../../wire/types";
import { Card } from "./card";
import { ScalarsModel } from "./model";
import { useVisible } from "./visible";

const X_AXES: readonly { value: XAxis; text: string; title: string }[] = [
  { value: "step", text: "Step", title: "Training steps" },
  { value: "relative", text: "Relative", title: "Time since the first point of each run" },
  { value: "wall", text: "Wall", title: "Time of day" },
];
const Y_SCALES = [
  { value: "linear", text: "Linear" },
  { value: "log", text: "Log", title: "Logarithmic y axis; values of 0 and below are left out" },
] as const;

let lastView = 0;

export function ScalarsPanel({ view, channel }: DashboardProps) {
  const { session } = view;
  const model = useMemo(() => ScalarsModel.of(channel, session), [channel, session]);
  const id = useMemo(() => `${Date.now().toString(36)}-${++lastView}`, []);
  const scroller = useRef<HTMLDivElement>(null);
  const visible = useVisible(scroller, (tags) => model.show(id, tags));
  useEffect(() => () => model.hide(id), [model, id]);
  const tags = useShownTags(session, channel.model);
  return (
    <>
      <Toolbar session={session} />
      <div ref={scroller} class="cards">
        {tags.length === 0 && <NoCards session={session} />}
        {groupTags(tags).map(([name, rows]) => (
          <Group key={name} name={name} count={rows.length}>
            {() => rows.map((tag) => <Card key={tag[1]} {...{ view, model, tag, visible }} />)}
          </Group>
        ))}
      </div>
    </>
  );
}

function Toolbar({ session }: { session: Session }) {
  const { settings } = session;
  return (
    <div class="toolbar" role="toolbar" aria-label="Scalars">
      <Filter setting={settings.tagFilter} placeholder="Filter tags (.*)" />
      <Segments label="X axis" options={X_AXES} setting={settings.xAxis} />
      <label class="control">
        Smoothing
        <input
          type="range"
          min="0"
          max="0.999"
          step="0.001"
          value={settings.smoothing.value}
          onInput={(event) => {
            settings.smoothing.value = event.currentTarget.valueAsNumber;
          }}
        />
        <output>{settings.smoothing.value.toFixed(settings.smoothing.value > 0.99 ? 3 : 2)}</output>
      </label>
      <Segments label="Y axis" options={Y_SCALES} setting={settings.yScale} />
      <Toggle
        setting={settings.ignoreOutliers}
        title="Fit the y axis to the 5th to 95th percentile of the values"
      >
        Ignore outliers
      </Toggle>
    </div>
  );
}

function Group(props: { name: string; count: number; children: () => preact.ComponentChildren }) {
  const open = useSignal(true);
  return (
    <section class="group" aria-label={props.name}>
      <h3>
        <button
          type="button"
          aria-expanded={open.value}
          onClick={() => {
            open.value = !open.value;
          }}
        >
          {props.name} <i class="count">{props.count}</i>
        </button>
      </h3>
      {open.value && <div class={`grid of-${Math.min(props.count, 3)}`}>{props.children()}</div>}
    </section>
  );
}

function NoCards({ session }: { session: Session }) {
  const filter = session.settings.tagFilter.value;
  if (filter) return <Empty title="No tag matches the filter">{filter}</Empty>;
  return <Empty title="No run is selected">Switch one on in the run list.</Empty>;
}

/** The tags to show: those this widget is about, that the filter leaves, of runs switched on. */
function useShownTags(session: Session, model: DashboardProps["channel"]["model"]): TagRow[] {
  const only = useSignal(model.get("tags") as string[] | null);
  useEffect(() => {
    const follow = () => {
      only.value = model.get("tags") as string[] | null;
    };
    model.on("change:tags", follow);
    follow(); // it may have changed since the first rendering
    return () => model.off("change:tags", follow);
  }, [model, only]);
  const pattern = compilePattern(session.settings.tagFilter.value);
  const selected = new Set(session.selected.value.map((run) => run.number));
  const wanted = only.value && new Set(only.value);
  return (session.tags.value.scalars ?? []).filter(
    ([, name, holders]) =>
      (!wanted || wanted.has(name)) &&
      pattern.test(name) &&
      (holders ? holders.some((run) => selected.has(run)) : selected.size > 0),
  );
}

const TOP_LEVEL = "top level";

/** Group by what stands before the first slash; tags without one share the first group. */
function groupTags(tags: readonly TagRow[]): [name: string, tags: TagRow[]][] {
  const groups = new Map<string, TagRow[]>();
  const ungrouped = tags.filter(([, name]) => name.indexOf("/") <= 0);
  if (ungrouped.length) groups.set(TOP_LEVEL, ungrouped);
  for (const tag of tags) {
    const slash = tag[1].indexOf("/");
    if (slash <= 0) continue;
    const name = tag[1].slice(0, slash);
    const group = groups.get(name);
    if (group) group.push(tag);
    else groups.set(name, [tag]);
  }
  return [...groups];
}
