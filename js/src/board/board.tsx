// The frame of every view: tabs (on the board), run list, the dashboard, status line.
import { type ReadonlySignal, type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Empty, IconButton } from "../ui/controls";
import { PopoverLayer } from "../ui/popover";
import { NotShown } from "./not_shown";
import { COLUMN_WIDTH, RunList } from "./run_list";
import { StatusLine } from "./status_line";
import { Tooltip } from "./tooltip";
import type { OpenTab, Tab, View } from "./view";

const NARROW = 640;
const RUN_LIST_WIDTH = 232;

export interface BoardProps {
  view: View;
  /** One for a single dashboard in a cell. */
  tabs: ReadonlySignal<readonly Tab[]>;
  /** Whether to show the bar of tabs. */
  tabbed: boolean;
  title: string;
  tab: { value: string };
  /** The picture that was saved with the view, as a URL. */
  picture: () => string | null;
}

export function Board({ view, tabbed, title, tab, picture, ...props }: BoardProps) {
  const { session, width } = view;
  const tabs = props.tabs.value;
  const open = tabs.filter((one): one is OpenTab => one.channel !== null);
  const saved = session.connection.value === "gone" && !session.status.value;
  const source = useMemo(() => (saved ? picture() : null), [saved]);
  const narrow = width.value < NARROW;
  const drawer = useSignal(false);
  const withData = open.filter((one) => countTags(view, one) > 0);
  const current = withData.find((one) => one.kind === tab.value) ?? withData[0] ?? open[0];
  const several = session.runs.value.length > 1;
  const listed = several && (!narrow || drawer.value);
  view.root.classList.toggle("narrow", narrow);
  if (source) return <SavedPicture view={view} source={source} />;
  return (
    <>
      {tabbed && (
        <nav class="tabs" aria-label="Dashboards">
          {narrow && several && <RunsButton drawer={drawer} />}
          <span class="title" title={title || session.title.value}>
            <b>{title || session.title.value}</b>
            <small>· {plural(session.runs.value.length, "run")}</small>
          </span>
          <Tabs {...{ view, tabs: withData, current, tab, narrow }} />
          <NotShown {...{ view, tabs, narrow }} />
          {view.popOut && (
            <span class="pop-out">
              <IconButton icon="out" label="Open in a tab" onClick={view.popOut} />
            </span>
          )}
        </nav>
      )}
      <div class="body">
        {listed && narrow && (
          // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the button closes it too
          <div
            class="scrim"
            onClick={() => {
              drawer.value = false;
            }}
          />
        )}
        {listed && <Side view={view} />}
        <section class="main" aria-label={current?.title}>
          {!tabbed && narrow && several && <RunsButton drawer={drawer} />}
          <Body
            view={view}
            tab={withData.length ? current : undefined}
            only={tabbed ? null : open[0]}
          />
        </section>
      </div>
      <StatusLine session={session} />
      <Tooltip view={view} />
      <PopoverLayer popover={view.popover} root={view.root} />
    </>
  );
}

/** What a notebook that was saved with the state of its widgets has of a view. */
function SavedPicture({ view, source }: { view: View; source: string }) {
  useEffect(() => {
    view.root.style.height = "auto";
    return () => URL.revokeObjectURL(source);
  }, [source]);
  return (
    <figure class="saved">
      <figcaption>Saved picture. Run the cell to go on.</figcaption>
      <img src={source} alt="What the view showed when the notebook was saved" />
    </figure>
  );
}

function Tabs(props: {
  view: View;
  tabs: readonly Tab[];
  current: Tab | undefined;
  tab: { value: string };
  narrow: boolean;
}) {
  const { view, tabs, current, tab } = props;
  if (props.narrow && tabs.length > 1) {
    return (
      <select
        aria-label="Dashboard"
        value={current?.kind ?? ""}
        onChange={(event) => {
          tab.value = event.currentTarget.value;
        }}
      >
        {tabs.map((one) => (
          <option key={one.kind} value={one.kind}>
            {one.title}
          </option>
        ))}
      </select>
    );
  }
  const move = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const at = current ? tabs.indexOf(current) : 0;
    const next = by && tabs[(at + by + tabs.length) % tabs.length];
    if (next) tab.value = next.kind;
  };
  return (
    <div role="tablist" onKeyDown={move}>
      {tabs.map((one) => (
        <button
          key={one.kind}
          type="button"
          role="tab"
          aria-selected={one === current}
          tabIndex={one === current ? 0 : -1}
          onClick={() => {
            tab.value = one.kind;
          }}
        >
          {one.title} <i class="count">{countTags(view, one)}</i>
        </button>
      ))}
    </div>
  );
}

/** The tab to show; without data, `only` is that of a view that has no others. */
function Body(props: { view: View; tab: OpenTab | undefined; only: OpenTab | null | undefined }) {
  const { view, tab, only } = props;
  const { session } = view;
  const status = session.status.value;
  if (tab) return <tab.component key={tab.kind} view={view} channel={tab.channel} />;
  if (session.connection.value === "gone")
    return <Empty title="The kernel was restarted">Run the cell again to go on.</Empty>;
  if (!status) return <Empty title="Opening the log directory" />;
  if (session.report && !status.files)
    return <Empty title="No event files">There were none when this report was made.</Empty>;
  if (!status.exists)
    return (
      <Empty title="Waiting for the log directory">
        There is no <code>{status.path}</code> yet; it is picked up when it appears.
      </Empty>
    );
  if (!status.complete) return <Empty title="Reading event files" />;
  if (!status.files && status.notice)
    return <Empty title="Nothing to read here">{status.notice}</Empty>;
  if (!status.files)
    return (
      <Empty title="No event files yet">
        Nothing in <code>{status.path}</code> has "tfevents" in its name; new files are picked up
        when they appear.
      </Empty>
    );
  if (Object.keys(session.tags.value).length && only?.component.showsEmpty)
    return <only.component view={view} channel={only.channel} />;
  if (Object.keys(session.tags.value).length)
    return <Empty title="Nothing here that this view can show" />;
  return <Empty title="Waiting for the first values">The event files hold none yet.</Empty>;
}

function RunsButton({ drawer }: { drawer: Signal<boolean> }) {
  return (
    <IconButton
      icon="runs"
      label="Runs"
      pressed={drawer.value}
      onClick={() => {
        drawer.value = !drawer.value;
      }}
    />
  );
}

/** The run list at the side, as wide as the user drags it. */
function Side({ view }: { view: View }) {
  const dragged = useSignal(RUN_LIST_WIDTH);
  const room = view.session.settings.runColumns.value.length * COLUMN_WIDTH;
  const width = Math.min(dragged.value + room, Math.max(200, view.width.value * 0.6));
  const handle = useRef<HTMLDivElement>(null);
  const resize = (to: number) => {
    dragged.value = Math.min(Math.max(to, 120), Math.max(200, view.width.value * 0.6)) - room;
  };
  useEffect(() => {
    const element = handle.current;
    if (!element) return;
    const move = (event: PointerEvent) => {
      if (element.hasPointerCapture(event.pointerId))
        resize(event.clientX - view.root.getBoundingClientRect().left);
    };
    element.addEventListener("pointermove", move);
    return () => element.removeEventListener("pointermove", move);
  });
  return (
    <aside class="runs" aria-label="Run selector" style={{ width: `${width}px` }}>
      <RunList view={view} width={width} />
      {/* biome-ignore lint/a11y/useSemanticElements: a horizontal rule cannot be dragged */}
      <div
        ref={handle}
        class="resizer"
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the run list"
        aria-valuenow={width}
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onKeyDown={(event) => {
          const by = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
          if (by) resize(width + by);
        }}
      />
    </aside>
  );
}

function countTags(view: View, tab: Tab): number {
  const tags = view.session.tags.value;
  return tab.data_kinds.reduce((sum, kind) => sum + (tags[kind]?.length ?? 0), 0);
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
