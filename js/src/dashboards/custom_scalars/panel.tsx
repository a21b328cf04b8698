// The Custom scalars tab: a card a chart of the layout, in the layout's categories.
import { useSignal, useSignalEffect } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import type { DashboardProps, View } from "../../board/view";
import { compilePattern } from "../../state/pattern";
import { Empty } from "../../ui/controls";
import { FoldAll, Group } from "../cards/card_list";
import { moveBetweenCards } from "../cards/keys";
import { useVisible } from "../cards/visible";
import { useWatching } from "../cards/watching";
import { ScalarsModel } from "../scalars/model";
import { Toolbar } from "../scalars/toolbar";
import { ChartCard } from "./card";
import { type Category, filtered, LayoutModel, tagsOf } from "./layout";

const PINNED = "pinned";

export function CustomScalarsPanel({ view, channel }: DashboardProps) {
  const { session } = view;
  const { settings } = session;
  const model = useMemo(() => ScalarsModel.of(channel, session), [channel, session]);
  const layout = useMemo(() => LayoutModel.of(channel), [channel, model]);
  const scroller = useRef<HTMLDivElement>(null);
  const shown = useSignal<ReadonlySet<string>>(new Set());
  const folded = useFolded(layout);
  const visible = useVisible(scroller, (ids) => {
    shown.value = ids;
  });
  useShown(view, model, layout, shown);
  const names = new Map((session.tags.value.scalars ?? []).map(([tag, name]) => [tag, name]));
  const pattern = compilePattern(settings.tagFilter.value);
  const categories = layout.categories.value;
  const groups = withPinned(
    filtered(categories ?? [], names, (name) => pattern.test(name)),
    settings.pinned.value,
  );
  return (
    <>
      <Toolbar
        view={view}
        label="Custom scalars"
        model={model}
        groupError={model.bands.error.value}
        fold={<FoldAll folded={folded} names={groups.map(({ title }) => title)} />}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the cards in it */}
      <div
        ref={scroller}
        class="cards"
        style={{ "--tbw-card-width": `${settings.cardWidth.value}px` }}
        onKeyDown={moveBetweenCards}
      >
        {groups.length === 0 && <NoCharts view={view} known={categories !== null} />}
        {groups.map(({ title, charts }) => (
          <Group key={title} {...{ name: title, folded, count: charts.length }}>
            {() =>
              charts.map(({ id }) => (
                <ChartCard key={id} {...{ view, model, layout, id, visible }} />
              ))
            }
          </Group>
        ))}
      </div>
    </>
  );
}

CustomScalarsPanel.showsEmpty = true;

/** The categories that are folded: at first as the layout has it, then as the user does. */
function useFolded(layout: LayoutModel) {
  const folded = useSignal<ReadonlySet<string>>(new Set());
  const met = useRef(new Set<string>());
  useSignalEffect(() => {
    const next = new Set(folded.peek());
    for (const { title, closed } of layout.categories.value ?? []) {
      if (closed && !met.current.has(title)) next.add(title);
      met.current.add(title);
    }
    folded.value = next;
  });
  return folded;
}

/** Keep the page supplied with the tags of the charts that can be seen. */
function useShown(
  view: View,
  model: ScalarsModel,
  layout: LayoutModel,
  shown: { value: ReadonlySet<string> },
): void {
  const show = useWatching(model);
  useSignalEffect(() => {
    const names = new Map(
      (view.session.tags.value.scalars ?? []).map(([tag, name]) => [tag, name]),
    );
    const tags = [...shown.value].flatMap((one) => {
      const chart = layout.chart(one);
      return chart ? tagsOf(chart) : [];
    });
    show(new Set(tags.map((tag) => names.get(tag)).filter((name) => name !== undefined)));
  });
}

/** The pinned charts first, in a group of their own. */
function withPinned(categories: readonly Category[], pinned: readonly string[]): Category[] {
  const all = categories.flatMap(({ charts }) => charts);
  const top = pinned.flatMap((title) => all.filter((chart) => chart.title === title));
  if (!top.length) return [...categories];
  const others = categories.map((category) => ({
    ...category,
    charts: category.charts.filter((chart) => !top.includes(chart)),
  }));
  const first = { title: PINNED, closed: false, charts: top };
  return [first, ...others.filter(({ charts }) => charts.length)];
}

function NoCharts({ view, known }: { view: View; known: boolean }) {
  const filter = view.session.settings.tagFilter.value;
  if (!known) return <Empty title="Waiting for the layout" />;
  if (filter) return <Empty title="No chart matches the filter">{filter}</Empty>;
  return (
    <Empty title="No run has a layout of charts">
      Give one as <code>tbwidget.CustomScalars(logs, layout=…)</code>, or write one with{" "}
      <code>SummaryWriter.add_custom_scalars</code>.
    </Empty>
  );
}
