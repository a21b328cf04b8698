// What is in the logs and has no tab: told quietly, by plugin and with counts, never hidden.
import { useMemo } from "preact/hooks";
import type { CatalogMessage } from "../wire/types";
import type { Tab, View } from "./view";

export interface OtherPlugin {
  plugin: string;
  count: number;
  /** What is counted. */
  unit: "tag" | "file";
}

/** The plugins of all that is not of the kinds shown: of tags, and of files beside event files. */
export function othersOf(
  { plugins, files }: Pick<CatalogMessage, "plugins" | "files">,
  shown: ReadonlySet<string>,
): OtherPlugin[] {
  const tags = Object.entries(plugins)
    .filter(([kind]) => !shown.has(kind))
    .flatMap(([, counts]) => Object.entries(counts))
    .map(([plugin, count]): OtherPlugin => ({ plugin, count, unit: "tag" }));
  const others = Object.entries(files).map(
    ([plugin, count]): OtherPlugin => ({ plugin, count, unit: "file" }),
  );
  return [...tags, ...others];
}

export function NotShown({
  view,
  tabs,
  narrow,
}: {
  view: View;
  tabs: readonly Tab[];
  narrow: boolean;
}) {
  const owner = useMemo(() => ({}), []);
  const others = othersOf(
    view.session.plugins.value,
    new Set(tabs.flatMap((tab) => tab.data_kinds)),
  );
  if (!others.length) return null;
  const list = others.map(({ plugin, count }) => `${plugin} ${count.toLocaleString("en")}`);
  const open = view.popover.value?.owner === owner;
  return (
    <button
      type="button"
      class="quiet"
      title="What is in the logs and has no tab yet"
      aria-expanded={open}
      onClick={(event) => {
        const anchor = event.currentTarget;
        const content = () => <List others={others} />;
        view.popover.value = open ? null : { owner, label: "No tab yet", anchor, content };
      }}
    >
      {narrow ? `+ ${others.length}` : `also in the logs: ${list.join(", ")}`}
    </button>
  );
}

function List({ others }: { others: readonly OtherPlugin[] }) {
  return (
    <div class="settings others">
      <h5>In the logs, without a tab yet</h5>
      <table>
        <tbody>
          {others.map(({ plugin, count, unit }) => (
            <tr key={`${plugin}/${unit}`}>
              <th scope="row">{plugin}</th>
              <td>
                {count.toLocaleString("en")} {unit}
                {count === 1 ? "" : "s"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        <code>tbwidget.inspect</code> lists the tags; their values are in Python.
      </p>
    </div>
  );
}
