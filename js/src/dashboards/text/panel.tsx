// The Text tab: its controls, a search in all steps, and a card a tag.
import { useComputed, useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { DashboardProps, View } from "../../board/view";
import { compilePattern } from "../../state/pattern";
import { Filter, Segments, Toggle } from "../../ui/controls";
import { loadModule, moduleSignal } from "../../wire/modules";
import { CardList } from "../cards/card_list";
import { useWatching } from "../cards/watching";
import { TextCard } from "./card";
import { TextModel } from "./model";
import { MOST_TEXTS, type SearchState } from "./search";

const MODES = [
  { value: "step", text: "One step", title: "The text of each run at a step" },
  { value: "all", text: "All steps", title: "Every step there is, the newest first" },
  { value: "difference", text: "Difference", title: "What differs between two steps or runs" },
] as const;
const SEARCH_AFTER_MS = 300;

export function TextPanel({ view, channel }: DashboardProps) {
  const { session } = view;
  const model = useMemo(() => TextModel.of(channel, session), [channel, session]);
  const show = useWatching(model);
  useSignalEffect(() => {
    const lacking = model.markdown.value && !moduleSignal("markdown").value;
    // What the kernel pushes unasked comes before the first texts: ask only without it.
    if (lacking && session.tags.value.text) void loadModule(channel, "markdown");
  });
  const search = useSearch(view, model);
  return (
    <CardList
      view={view}
      channel={channel}
      kinds={["text"]}
      only={matchingTags(model.search.state.value)}
      toolbar={(fold) => <Toolbar {...{ view, model, fold, search }} />}
      onVisible={show}
    >
      {(tag, visible) => <TextCard key={tag[1]} {...{ view, model, tag, visible }} />}
    </CardList>
  );
}

/** Look for what is typed, in the runs and tags that are shown; returns what looks again. */
function useSearch(view: View, model: TextModel): () => void {
  const { selected, tags, settings } = view.session;
  const wanted = useComputed(() => {
    const query = model.query.value;
    if (!query) return "";
    const pattern = compilePattern(settings.tagFilter.value);
    const names = (tags.value.text ?? []).map((row) => row[1]).filter((tag) => pattern.test(tag));
    const runs = selected.value.map((run) => run.name);
    return JSON.stringify({ query, regex: model.regex.value, runs, tags: names });
  });
  const start = () => {
    if (wanted.peek()) void model.search.start(JSON.parse(wanted.peek()));
    else model.search.stop();
  };
  useSignalEffect(() => {
    if (!wanted.value) model.search.stop();
    const timer = setTimeout(start, SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  });
  return start;
}

/** The tags of which a search has found something; null if there is none, or while it looks. */
function matchingTags(search: SearchState | null): ReadonlySet<number> | null {
  return search?.done && !search.error ? new Set(search.matches.keys()) : null;
}

function Toolbar(props: {
  view: View;
  model: TextModel;
  fold: ComponentChildren;
  search: () => void;
}) {
  const { view, model, fold, search } = props;
  const { query, regex } = model;
  return (
    <div class="toolbar" role="toolbar" aria-label="Text">
      <Filter setting={view.session.settings.tagFilter} placeholder="Filter tags (.*)" />
      <Segments label="Texts" options={MODES} setting={model.mode} />
      <Toggle setting={model.markdown} title="Show texts as Markdown, or as they are">
        Markdown
      </Toggle>
      <span class="text-search">
        <input
          class="filter"
          type="search"
          spellcheck={false}
          maxLength={500}
          placeholder="Search all steps"
          aria-label="Search all steps"
          title="Looks through every step of the runs that are on. Enter looks again."
          value={query.value}
          onInput={(event) => {
            query.value = event.currentTarget.value;
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") search();
          }}
        />
        <Toggle setting={regex} title="Search for a regular expression">
          .*
        </Toggle>
      </span>
      <span class="end">{fold}</span>
      {model.search.state.value && (
        <output class="text-found">{wordsOf(model.search.state.value)}</output>
      )}
    </div>
  );
}

function wordsOf({ texts, looked, unreadable, done, more, error }: SearchState): string {
  if (error) return `Cannot search: ${error}`;
  const [found, all] = [texts, looked].map((count) => count.toLocaleString("en"));
  const first = more
    ? `The first ${MOST_TEXTS.toLocaleString("en")} texts that match are shown`
    : `${found} of ${all} texts match`;
  const unread = unreadable ? `, ${unreadable.toLocaleString("en")} cannot be read` : "";
  return `${first}${unread}${done ? "" : ", still looking …"}`;
}
