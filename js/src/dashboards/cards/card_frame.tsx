// What every card has: a name, a note, and the tools to pin it, to size it, and to do more.
import { type Signal, signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { IconButton, Name } from "../../ui/controls";
import { PopoverButton } from "../../ui/popover";
import type { Visibility } from "./visible";

export type CardSize = "normal" | "wide" | "full";

/** What a user has set for one card alone; kept while it is scrolled or folded away. */
export class CardState {
  readonly size: Signal<CardSize> = signal("normal");
}

export interface CardFrameProps {
  view: View;
  tag: string;
  /** What tells it from other cards, if its tag does not. */
  id?: string;
  visible: Visibility;
  /** Told whether the card can be seen. */
  seen: Signal<boolean>;
  state: CardState;
  /** Given the card's element. */
  onElement?: (element: HTMLElement) => void;
  /** What must be known to read the card right; empty if nothing. */
  note?: string;
  /** Further classes, and attributes that begin with `data-`. */
  className?: string;
  data?: Record<`data-${string}`, string | number>;
  label: string;
  /** Buttons of its own, before the others. */
  tools?: ComponentChildren;
  menu?: () => ComponentChildren;
  children: ComponentChildren;
}

export function CardFrame(props: CardFrameProps): JSX.Element {
  const { view, tag, id = tag, visible, seen, state, onElement, note, className, menu } = props;
  const card = useRef<HTMLElement>(null);
  const size = state.size.value;
  useEffect(() => {
    if (!card.current) return;
    onElement?.(card.current);
    return visible.follow(card.current, id, seen);
  }, [visible, id, seen, onElement]);
  // Of another size it lies in another place.
  useEffect(() => {
    if (card.current) visible.look(card.current);
  }, [visible, size]);
  return (
    <article
      ref={card}
      class={`card ${size}${className ? ` ${className}` : ""}`}
      data-tag={tag}
      {...props.data}
      aria-label={props.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move between cards
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key === "Escape" && size === "full") state.size.value = "normal";
      }}
    >
      <header>
        <h4>
          <Name text={tag || "(no name)"} />
        </h4>
        {note && (
          <span class="note" title={note}>
            {note}
          </span>
        )}
        <span class="tools">
          {props.tools}
          <Pin view={view} tag={tag} />
          <Size state={state} />
          {menu && (
            <PopoverButton popover={view.popover} icon="more" label={`More for ${tag}`}>
              {menu}
            </PopoverButton>
          )}
        </span>
      </header>
      {props.children}
    </article>
  );
}

function Pin({ view, tag }: { view: View; tag: string }) {
  const { pinned } = view.session.settings;
  const on = pinned.value.includes(tag);
  return (
    <IconButton
      icon="pin"
      label={on ? "Unpin" : "Pin on top"}
      pressed={on}
      onClick={() => {
        const others = pinned.value.filter((one) => one !== tag);
        pinned.value = on ? others : [...others, tag];
      }}
    />
  );
}

function Size({ state }: { state: CardState }) {
  const { size } = state;
  const [wide, full] = [size.value === "wide", size.value === "full"];
  return (
    <>
      {!full && (
        <IconButton
          icon={wide ? "shrink" : "expand"}
          label={wide ? "Normal size" : "Full width"}
          pressed={wide}
          onClick={() => {
            size.value = wide ? "normal" : "wide";
          }}
        />
      )}
      <IconButton
        icon={full ? "close" : "full"}
        label={full ? "Back to the other cards (Escape)" : "Fill the view"}
        pressed={full}
        onClick={() => {
          size.value = full ? "normal" : "full";
        }}
      />
    </>
  );
}
