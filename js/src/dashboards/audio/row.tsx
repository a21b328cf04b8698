// One run's clip: what it is, how it looks, and its player.
import type { Signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { formatStep, formatWallTime } from "../../charts/format";
import { Name } from "../../ui/controls";
import type { Entry } from "../values/model";
import type { AudioCardState } from "./card_state";
import type { Deck } from "./deck";
import { factsOf, scaleOf } from "./facts";
import { ClipLabel } from "./label";
import type { Clip } from "./model";
import { Player } from "./player";
import { Plots } from "./plots";

/** What a row shows: the clip looked at, or until that has come the one before. */
export interface Shown {
  entry: Entry;
  clip: Clip | undefined;
  /** Null if spectrograms are not wanted. */
  spectrum: Clip | undefined | null;
}

export interface RowProps {
  view: View;
  tag: string;
  state: AudioCardState;
  deck: Deck;
  shown: Shown;
  /** Whether this is not yet what is looked at. */
  stale: boolean;
  playing: boolean;
  /** Whether the card can be seen. */
  seen: boolean;
  /** The peak of the loudest clip of the card. */
  greatest: number;
  /** Runs whose rows can be seen: only these hold players, and have clips asked for. */
  near: Signal<ReadonlySet<number>>;
}

export function ClipRow(props: RowProps) {
  const { view, tag, state, deck, shown, stale, playing, seen, greatest, near } = props;
  const { entry, clip, spectrum } = shown;
  const { run, step, wall } = entry;
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([seen]) => setMember(near, run.number, seen?.isIntersecting ?? false),
      { root: row.current?.parentElement ?? null, rootMargin: "160px 0px" },
    );
    if (row.current) observer.observe(row.current);
    return () => {
      observer.disconnect();
      setMember(near, run.number, false);
    };
  }, [near, run.number]);
  const here = clip && (playing || (seen && near.value.has(run.number)));
  const height = useRef(0);
  useLayoutEffect(() => {
    if (here && row.current) height.current = row.current.offsetHeight;
  });
  const label = `${tag} of ${run.label} at step ${formatStep(step)}`;
  const scale = clip ? scaleOf(clip, greatest) : 0;
  const theme = view.theme.value;
  const facts = clip && factsOf(clip);
  return (
    <section
      ref={row}
      class={`clip${stale ? " stale" : ""}`}
      data-run={run.name}
      style={{ minHeight: here ? "" : `${height.current}px` }} // as tall as it was
    >
      <header>
        <span class="swatch" style={{ "--color": run.color }} />
        <Name text={run.label} />
        <span class="step" title={formatWallTime(wall)}>
          step {formatStep(step)}
        </span>
        {facts && (
          <span class="facts" title={facts}>
            {facts}
          </span>
        )}
      </header>
      {here ? (
        <>
          {(clip.outline || !clip.error) && (
            <Plots {...{ clip, spectrum, scale, theme, state, label }} color={run.color} />
          )}
          {clip.file && (
            <Player {...{ label, tag, state, deck }} file={clip.file} run={run.number} />
          )}
          {clip.error && <p class="reason">{clip.error}</p>}
          {clip.outline && clip.note && <p class="remark">{clip.note}</p>}
          {clip.label && <ClipLabel text={clip.label} />}
        </>
      ) : (
        <div class={`clip-place${spectrum === null ? "" : " with-axis"}`} />
      )}
    </section>
  );
}

function setMember(set: Signal<ReadonlySet<number>>, member: number, is: boolean): void {
  if (set.peek().has(member) === is) return;
  const next = new Set(set.peek());
  if (is) next.add(member);
  else next.delete(member);
  set.value = next;
}
