// The images of a card: beside each other, or two of them over each other.
import { useEffect, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { formatStep } from "../../charts/format";
import type { RunInfo } from "../../state/session";
import { Name } from "../../ui/controls";
import { commonHead } from "../../ui/names";
import type { TagRow } from "../../wire/types";
import type { Entry, Wish } from "../values/model";
import type { Comparison, ImagesModel, Picture } from "./model";
import { pixelOf, pixelPlace, sizeOf } from "./readout";

const MOST_ROWS = 12;

/** One place for an image. */
export interface Pane {
  key: string;
  run: RunInfo;
  /** What is to be shown; null if the run has nothing yet at that step, or is not known yet. */
  wish: Wish | null;
  /** What is shown: it may still be what was shown before. */
  entry: Entry | null;
  picture: Picture | null;
  reason: string;
}

export interface PanesProps {
  view: View;
  model: ImagesModel;
  tag: TagRow;
  panes: readonly Pane[];
  /** Told when an image has been decoded, or cannot be. */
  onDrawn: () => void;
}

/** What the names of all runs begin with. */
function headOf(panes: readonly Pane[]): string {
  return commonHead(panes.map(({ run }) => run.label));
}

export function SideBySide(props: PanesProps) {
  const readout = useReadout(props);
  const head = headOf(props.panes);
  return (
    <div class={`pictures${props.panes.length > 1 ? " several" : ""}`}>
      {props.panes.map((pane) => (
        <figure key={pane.key} data-run={pane.run.name}>
          <div class="stage" {...readout.events}>
            <Shown {...props} pane={pane} onLoad={readout.again} />
          </div>
          <Caption pane={pane} head={head} />
        </figure>
      ))}
    </div>
  );
}

export function Compared(
  props: PanesProps & { comparison: Comparison; onEdge: (edge: number) => void },
) {
  const { comparison, panes, onEdge, model } = props;
  const { mode, edge, gain } = comparison;
  const head = panes[0]?.run === panes[1]?.run ? "" : headOf(panes);
  const readout = useReadout(props);
  const style = {
    "--edge": `${edge * 100}%`,
    "--seconds": `${2 / model.rate.value}s`,
    filter: mode === "difference" && gain > 1 ? `brightness(${gain})` : undefined,
  };
  return (
    <div class="pictures compared">
      <figure>
        <div
          class={`stage ${mode}`}
          {...readout.events}
          onPointerMove={(event) => {
            readout.events.onPointerMove(event);
            if (mode !== "wipe" || !event.buttons) return;
            const box = event.currentTarget.getBoundingClientRect();
            onEdge(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
          }}
        >
          <div class="layers" style={style}>
            {panes.map((pane) => (
              <div key={pane.key} class={pane.key}>
                <Shown {...props} pane={pane} onLoad={readout.again} />
              </div>
            ))}
            {mode === "wipe" && <i class="edge" />}
          </div>
        </div>
        <div class="captions">
          {panes.map((pane) => (
            <Caption key={pane.key} pane={pane} head={head} />
          ))}
        </div>
      </figure>
    </div>
  );
}

/** Which run and step; `head` is what the names of all runs begin with. */
function Caption({ pane, head }: { pane: Pane; head: string }) {
  const { run, entry, picture, wish } = pane;
  const details = picture?.width
    ? `${picture.width} × ${picture.height}, ${picture.mime}, ${formatStep(picture.bytes)} bytes`
    : "";
  const written = entry ? `written ${new Date(entry.wall * 1000).toLocaleString()}` : "";
  const late = entry && entry.place !== wish?.entry.place && entry.step !== wish?.entry.step;
  return (
    <figcaption class={late ? "late" : ""} title={[details, written].filter(Boolean).join("; ")}>
      <Name text={run.label} shown={run.label.slice(head.length)}>
        <span class="swatch" style={{ "--color": run.color }} />
      </Name>
      <output>{entry ? formatStep(entry.step) : ""}</output>
    </figcaption>
  );
}

interface ShownProps extends PanesProps {
  pane: Pane;
  onLoad: () => void;
}

function Shown({ pane, model, tag, onDrawn, onLoad }: ShownProps) {
  const { picture, run } = pane;
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    if (image.current?.complete) sharpen(image.current);
    if (!picture?.url || picture.error) onDrawn();
  });
  const reason = picture?.error || pane.reason;
  if (!picture?.url || reason) return <p class="reason">{reason}</p>;
  return (
    <img
      ref={image}
      src={picture.url}
      alt={`${tag[1]} of ${run.label}`}
      data-url={picture.url}
      decoding="sync"
      draggable={false}
      onLoad={(event) => {
        sharpen(event.currentTarget);
        onDrawn();
        onLoad();
      }}
      onError={() => model.fail(tag, picture)}
    />
  );
}

/** Pixels that are drawn larger than they are have edges; what is drawn smaller is smoothed. */
function sharpen(image: HTMLImageElement): void {
  const { width, height } = sizeOf(image);
  const crisp = width > 0 && width <= image.clientWidth && height <= image.clientHeight;
  image.classList.toggle("crisp", crisp);
}

/** Events that show the pixel under the pointer of all images, and a way to show it again. */
function useReadout({ view, panes }: PanesProps) {
  const last = useRef<{ stage: HTMLElement; x: number; y: number } | null>(null);
  const again = () => {
    if (!last.current) return;
    const { stage, x, y } = last.current;
    view.tooltip.value = readoutAt(view, panes, stage, { x, y });
  };
  useEffect(
    () => () => {
      if (last.current) view.tooltip.value = null;
    },
    [view],
  );
  const events = {
    onPointerMove: (event: PointerEvent & { currentTarget: HTMLElement }) => {
      last.current = { stage: event.currentTarget, x: event.clientX, y: event.clientY };
      again();
    },
    onPointerLeave: () => {
      last.current = null;
      view.tooltip.value = null;
    },
  };
  return { events, again };
}

function readoutAt(
  view: View,
  panes: readonly Pane[],
  stage: HTMLElement,
  at: { x: number; y: number },
) {
  const hit = [...stage.querySelectorAll("img")].find(({ naturalWidth }) => naturalWidth);
  const place = hit && pixelPlace(hit.getBoundingClientRect(), sizeOf(hit), at);
  if (!place) return null;
  const { x, y } = place;
  const images = [...(stage.closest(".pictures")?.querySelectorAll("img") ?? [])];
  const head = headOf(panes);
  const rows = panes.flatMap((pane) => {
    const { picture, run, entry } = pane;
    const image = images.find(({ dataset }) => dataset.url === picture?.url);
    if (!image || x >= image.naturalWidth || y >= image.naturalHeight) return [];
    const [red = 0, green = 0, blue = 0, opacity = 255] = pixelOf(image, x, y);
    return {
      name: `${run.label.slice(head.length)}${entry ? ` at ${formatStep(entry.step)}` : ""}`,
      color: `rgb(${red}, ${green}, ${blue})`,
      cells: [red, green, blue, ...(opacity < 255 ? [`opacity ${opacity}`] : [])].map(String),
      nearest: image === hit && panes.length > 1,
    };
  });
  const film = panes.some(({ picture }) => picture?.mime === "image/gif");
  const corner = view.root.getBoundingClientRect();
  return {
    x: at.x - corner.left,
    y: at.y - corner.top,
    heading: [`x ${x}, y ${y}${film ? ", first frame" : ""}`, "R", "G", "B"],
    rows: rows.slice(0, MOST_ROWS),
    left_out: Math.max(0, rows.length - MOST_ROWS),
  };
}
