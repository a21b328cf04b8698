// One text with its run, step and time, and what must be known of it.
import { useLayoutEffect, useRef } from "preact/hooks";
import { formatStep, formatWallTime } from "../../charts/format";
import type { MarkdownModule } from "../../markdown/element";
import { Name } from "../../ui/controls";
import { moduleSignal } from "../../wire/modules";
import type { Entry } from "../values/model";
import { contentOf, markFound } from "./content";
import type { TextValue } from "./model";

export interface TextItemProps {
  entry: Entry;
  /** Undefined while it is on its way. */
  value: TextValue | undefined;
  markdown: boolean;
  found: readonly string[];
  /** Whether all of it was asked for, and how to ask. */
  whole: boolean;
  onWhole: () => void;
}

export function TextItem({ entry, value, markdown, found, whole, onWhole }: TextItemProps) {
  const { run, step, wall } = entry;
  return (
    <section class="text" data-run={run.name} data-step={step} style={{ "--color": run.color }}>
      <header>
        <Name text={run.label} />
        <span class="when">
          step {formatStep(step)} <time>{formatWallTime(wall)}</time>
        </span>
      </header>
      {value ? (
        <>
          {value.note && <p class="reason">{value.note}</p>}
          {value.error ? (
            <p class="reason">{value.error}</p>
          ) : (
            <Content {...{ value, markdown, found }} />
          )}
          <More {...{ value, whole, onWhole }} />
        </>
      ) : (
        <p class="reason waiting">…</p>
      )}
    </section>
  );
}

function Content({
  value,
  markdown,
  found,
}: Pick<TextItemProps, "markdown" | "found"> & { value: TextValue }) {
  const host = useRef<HTMLDivElement>(null);
  const module = moduleSignal<MarkdownModule>("markdown").value;
  useLayoutEffect(() => {
    host.current?.replaceChildren(contentOf(value, markdown ? module : null));
    if (host.current) markFound(host.current, found);
  }, [value, markdown, module, found]);
  const empty = value.shape.includes(0) ? `no texts, of shape ${value.shape.join(" × ")}` : "";
  if (empty || value.characters === 0) return <p class="reason">{empty || "an empty text"}</p>;
  return <div ref={host} class="content" />;
}

function More({
  value,
  whole,
  onWhole,
}: Pick<TextItemProps, "whole" | "onWhole"> & { value: TextValue }) {
  const { cut, shape, elements, characters, nuls, invalid } = value;
  const count = shape.reduce((product, size) => product * size, 1);
  const all =
    elements.length < count
      ? `${shape.map(formatStep).join(" × ")} texts`
      : `${formatStep(characters)} characters`;
  const replaced = [
    nuls && `${nuls} NUL${nuls > 1 ? "s" : ""} shown as �`,
    invalid && `${invalid} � ${invalid > 1 ? "where bytes are" : "where a byte is"} no UTF-8`,
  ].filter(Boolean);
  if (!cut && !replaced.length) return null;
  return (
    <p class="reason">
      {cut &&
        (whole ? (
          <span>The first part of {all}</span>
        ) : (
          <button type="button" class="link" onClick={onWhole}>
            Show all {all}
          </button>
        ))}
      {cut && replaced.length > 0 && " · "}
      {replaced.join(", ")}
    </p>
  );
}
