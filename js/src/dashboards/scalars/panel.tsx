// The Scalars tab: its controls, and a card a tag, the pinned ones first, the others by prefix.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { DashboardProps } from "../../board/view";
import { compilePattern } from "../../state/pattern";
import type { Session } from "../../state/session";
import { Empty } from "../../ui/controls";
import type { TagRow } from "../../wire/types";
import { Card } from "./card";
import { moveBetweenCards } from "./card_keys";
import { ScalarsModel } from "./model";
import { Toolbar } from "./toolbar";
import { useVisible } from "./visible";

let lastView = 0;

export function ScalarsPanel({ view, channel }: DashboardProps) {
  const { session } = view;
  const { pinned, cardWidth } = session.settings;
  const model = useMemo(() => ScalarsModel.of(channel, session), [channel, session]);
  const id = useMemo(() => `${Date.now().toString(36)}-${++lastView}`, []);
  const scroller = useRef<HTMLDivElement>(null);
  const folded = useSignal<ReadonlySet<string>>(new Set());
  const visible = useVisible(scroller, (tags) => model.show(id, tags));
  useEffect(() => () => model.hide(id), [model, id]);
  const tags = useShownTags(session, channel.model);
  const groups = groupTags(tags, pinned.value);
  return (
    <>
      <Toolbar
        view={view}
        groupError={model.bands.error.value}
        folded={folded}
        groups={groups.map(([name]) => name)}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the cards in it */}
      <div
        ref={scroller}
        class="cards"
        style={{ "--tbw-card-width": `${cardWidth.value}px` }}
        onKeyDown={moveBetweenCards}
      >
        {tags.length === 0 && <NoCards session={session} />}
        {groups.map(([name, rows]) => (
          <Group key={name} {...{ name, folded, count: rows.length }}>
            {() => rows.map((tag) => <Card key={tag[1]} {...{ view, model, tag, visible }} />)}
          </Group>
        ))}
      </div>
    </>
  );
}

function Group(props: {
  name: string;
  count: number;
  folded: Signal<ReadonlySet<string>>;
  children: () => preact.ComponentChildren;
}) {
  const { name, count, folded, children } = props;
  const open = !folded.value.has(name);
  return (
    <section class="group" aria-label={name}>
      <h3>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => {
            const next = new Set(folded.value);
            if (open) next.add(name);
            else next.delete(name);
            folded.value = next;
          }}
        >
          {name} <i class="count">{count}</i>
        </button>
      </h3>
      {open && <div class={`grid of-${Math.min(count, 3)}`}>{children()}</div>}
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

const PINNED = "pinned";
const TOP_LEVEL = "top level";

/** Group by what stands before the first slash; tags without one share the first group. */
function groupTags(
  tags: readonly TagRow[],
  pinned: readonly string[],
): [name: string, tags: TagRow[]][] {
  const groups = new Map<string, TagRow[]>();
  const byName = new Map(tags.map((tag) => [tag[1], tag]));
  const top = pinned.map((name) => byName.get(name)).filter((tag) => tag !== undefined);
  if (top.length) groups.set(PINNED, top);
  const others = tags.filter((tag) => !top.includes(tag));
  const ungrouped = others.filter(([, name]) => name.indexOf("/") <= 0);
  if (ungrouped.length) groups.set(TOP_LEVEL, ungrouped);
  for (const tag of others) {
    const slash = tag[1].indexOf("/");
    if (slash <= 0) continue;
    const name = tag[1].slice(0, slash);
    const group = groups.get(name);
    if (group) group.push(tag);
    else groups.set(name, [tag]);
  }
  return [...groups];
}
