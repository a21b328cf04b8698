// The cards of a dashboard: the pinned ones first, the others in groups by what stands before the
// first slash; all groups can be folded.
import { type Signal, useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { DashboardProps, View } from "../../board/view";
import { compilePattern } from "../../state/pattern";
import type { Session } from "../../state/session";
import { Empty, IconButton } from "../../ui/controls";
import { useGrowing } from "../../ui/growing";
import type { TagRow } from "../../wire/types";
import { moveBetweenCards } from "./keys";
import { useVisible, type Visibility } from "./visible";

const CARDS_A_FRAME = 2;

export interface CardListProps extends DashboardProps {
  /** The kinds of tags to show. */
  kinds: readonly string[];
  /** The numbers of the tags that a search has left; null for all. */
  only?: ReadonlySet<number> | null;
  /** What stands above the cards; `fold` is a button that folds all groups. */
  toolbar: (fold: ComponentChildren) => ComponentChildren;
  /** Called with the tags whose cards can be seen, whenever these change. */
  onVisible: (tags: ReadonlySet<string>) => void;
  children: (tag: TagRow, visible: Visibility) => ComponentChildren;
}

export function CardList(props: CardListProps) {
  const { view, channel, kinds, toolbar, onVisible, children } = props;
  const { session } = view;
  const { pinned, cardWidth } = session.settings;
  const scroller = useRef<HTMLDivElement>(null);
  const folded = useSignal<ReadonlySet<string>>(new Set());
  const visible = useVisible(scroller, onVisible);
  const tags = useShownTags(session, channel.model, kinds).filter(
    ([tag]) => props.only?.has(tag) ?? true,
  );
  const groups = groupTags(tags, pinned.value);
  const numbers = new Map(groups.flatMap(([, rows]) => rows).map((row, at) => [row, at]));
  const count = useGrowing(tags.length, CARDS_A_FRAME, view.target.value !== null);
  useTarget(view, scroller);
  return (
    <>
      {toolbar(<FoldAll folded={folded} names={groups.map(([name]) => name)} />)}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the cards in it */}
      <div
        ref={scroller}
        class="cards"
        style={{ "--tbw-card-width": `${cardWidth.value}px` }}
        onKeyDown={moveBetweenCards}
      >
        {tags.length === 0 && <NoCards view={view} searched={!!props.only} />}
        {groups.map(([name, rows]) => (
          <Group key={name} {...{ name, folded, count: rows.length }}>
            {() =>
              rows.map((tag) => (
                <Later key={tag[1]} at={numbers.get(tag) ?? 0} count={count}>
                  {() => children(tag, visible)}
                </Later>
              ))
            }
          </Group>
        ))}
      </div>
    </>
  );
}

/** A card that comes when it is its turn, and stays. */
function Later(props: { at: number; count: Signal<number>; children: () => ComponentChildren }) {
  const { at, count, children } = props;
  const come = useRef(false);
  const due = useComputed(() => count.value > at);
  come.current ||= due.value;
  return <>{come.current && children()}</>;
}

/** Bring the card that was asked for in another tab into sight. */
function useTarget(view: View, scroller: RefObject<HTMLElement | null>): void {
  const wanted = view.target.value;
  useEffect(() => {
    if (wanted === null) return;
    view.target.value = null;
    const cards = [...(scroller.current?.querySelectorAll<HTMLElement>(".card") ?? [])];
    const card = cards.find(({ dataset }) => dataset.tag === wanted);
    card?.scrollIntoView({ block: "nearest" });
    card?.focus({ preventScroll: true });
  }, [wanted, view, scroller]);
}

export function FoldAll(props: { folded: Signal<ReadonlySet<string>>; names: readonly string[] }) {
  const { folded, names } = props;
  if (names.length < 2) return null;
  const all = names.every((name) => folded.value.has(name));
  return (
    <IconButton
      icon={all ? "unfold" : "fold"}
      label={all ? "Unfold all groups" : "Fold all groups"}
      onClick={() => {
        folded.value = new Set(all ? [] : names);
      }}
    />
  );
}

export function Group(props: {
  name: string;
  count: number;
  folded: Signal<ReadonlySet<string>>;
  children: () => ComponentChildren;
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

function NoCards({ view, searched }: { view: View; searched: boolean }) {
  if (searched) return <Empty title="Nothing matches the search" />;
  const filter = view.session.settings.tagFilter.value;
  if (filter) return <Empty title="No tag matches the filter">{filter}</Empty>;
  return <Empty title="No run is selected">Switch one on in the run list.</Empty>;
}

/** The tags to show: those this widget is about, that the filter leaves, of runs switched on. */
function useShownTags(
  session: Session,
  model: DashboardProps["channel"]["model"],
  kinds: readonly string[],
): TagRow[] {
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
  return kinds
    .flatMap((kind) => session.tags.value[kind] ?? [])
    .filter(
      ([, name, holders]) =>
        (!wanted || wanted.has(name)) &&
        pattern.test(name) &&
        (holders ? holders.some((run) => selected.has(run)) : selected.size > 0),
    );
}

const PINNED = "pinned";
const TOP_LEVEL = "top level";

/** Tags without a slash share the first group. */
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
