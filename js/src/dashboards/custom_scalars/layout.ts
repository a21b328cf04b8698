// The charts that the page is to show, as the kernel found their tags.
import { type Signal, signal } from "@preact/signals";
import type { Channel } from "../../wire/channel";
import type { ChartItem, LayoutMessage } from "../../wire/types";

export interface Chart extends ChartItem {
  /** Its category, its title, and how many of the same title stand before it. */
  id: string;
  /** Where it stands in the layout: category and chart. */
  place: [number, number];
}

export interface Category {
  title: string;
  closed: boolean;
  charts: Chart[];
}

const layouts = new WeakMap<Channel, LayoutModel>();

export class LayoutModel {
  /** Null until the kernel has told. */
  readonly categories: Signal<readonly Category[] | null> = signal(null);

  /** To be called after the channel's other model: it takes care of what was lost before. */
  static of(channel: Channel): LayoutModel {
    let layout = layouts.get(channel);
    if (!layout) {
      layout = new LayoutModel(channel);
      layouts.set(channel, layout);
    }
    return layout;
  }

  private constructor(channel: Channel) {
    const ask = () => channel.request("layout").catch(() => {});
    channel.on("layout", (message) => {
      this.categories.value = categoriesOf(message as unknown as LayoutMessage);
    });
    const before = channel.onGap;
    channel.onGap = () => {
      before?.();
      void ask();
    };
    // What was pushed before is here already, unless another page heard it.
    if (!this.categories.value) void ask();
  }

  chart(id: string): Chart | undefined {
    for (const { charts } of this.categories.value ?? []) {
      const chart = charts.find((one) => one.id === id);
      if (chart) return chart;
    }
    return undefined;
  }
}

export function categoriesOf(message: LayoutMessage): Category[] {
  return message.categories.map(({ title, closed, charts }, number) => {
    const counts = new Map<string, number>();
    return {
      title,
      closed,
      charts: charts.map((chart, place) => {
        const count = counts.get(chart.title) ?? 0;
        counts.set(chart.title, count + 1);
        const id = [title, chart.title, count].join("\n");
        return { ...chart, id, place: [number, place] };
      }),
    };
  });
}

/** The numbers of all tags that a chart shows. */
export function tagsOf({ tags, margins }: ChartItem): number[] {
  return [...tags, ...margins.flat().filter((tag) => tag !== null)];
}

/** The categories with those charts that `test` finds in their title or in the name of a tag. */
export function filtered(
  categories: readonly Category[],
  names: ReadonlyMap<number, string>,
  test: (name: string) => boolean,
): Category[] {
  const isMeant = (chart: Chart) =>
    test(chart.title) || tagsOf(chart).some((tag) => test(names.get(tag) ?? ""));
  return categories
    .map((category) => ({ ...category, charts: category.charts.filter(isMeant) }))
    .filter(({ charts }) => charts.length > 0);
}
