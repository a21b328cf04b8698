// A panel that opens at a button and lies over everything else in the view.
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { IconButton } from "./controls";
import type { Icon } from "./icons";

const MARGIN = 6;

export interface OpenPopover {
  /** Which button it belongs to, over all renderings of that. */
  owner: object;
  label: string;
  /** The button that opened it. */
  anchor: HTMLElement;
  content: () => ComponentChildren;
}

export type PopoverSignal = Signal<OpenPopover | null>;

/** A button, an icon or a text, that opens a panel with `children`; pressed again, it closes. */
export function PopoverButton(props: {
  popover: PopoverSignal;
  icon?: Parameters<typeof Icon>[0]["name"];
  text?: string;
  label: string;
  children: () => ComponentChildren;
}) {
  const { popover, icon, text, label, children } = props;
  const owner = useMemo(() => ({}), []);
  const open = popover.value?.owner === owner;
  const onClick = (event: MouseEvent) => {
    const anchor = event.currentTarget as HTMLElement;
    popover.value = open ? null : { owner, label, anchor, content: children };
  };
  if (icon) return <IconButton {...{ icon, label, onClick }} expanded={open} />;
  return (
    <button type="button" class="link" title={label} aria-expanded={open} onClick={onClick}>
      {text}
    </button>
  );
}

/** Draws the panel that is open. One a view. */
export function PopoverLayer({ popover, root }: { popover: PopoverSignal; root: HTMLElement }) {
  const panel = useRef<HTMLDivElement>(null);
  const open = popover.value;
  useLayoutEffect(() => {
    if (!panel.current || !open) return;
    place(panel.current, open.anchor, root);
  });
  useEffect(() => {
    if (!open) return;
    panel.current?.focus();
    const close = (event: Event) => {
      const path = event.composedPath();
      if (!path.includes(panel.current as EventTarget) && !path.includes(open.anchor))
        popover.value = null;
    };
    document.addEventListener("pointerdown", close, true);
    return () => document.removeEventListener("pointerdown", close, true);
  }, [open, popover]);
  if (!open) return null;
  return (
    <div
      ref={panel}
      class="panel"
      role="dialog"
      aria-label={open.label}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        popover.value = null;
        open.anchor.focus();
      }}
    >
      {open.content()}
    </div>
  );
}

/** Below the button if there is room, else above, and always within the view. */
function place(panel: HTMLElement, anchor: HTMLElement, root: HTMLElement): void {
  const view = root.getBoundingClientRect();
  const at = anchor.getBoundingClientRect();
  panel.style.maxHeight = `${view.height - 2 * MARGIN}px`;
  const { offsetWidth: width, offsetHeight: height } = panel;
  const left = Math.min(at.right - view.left - width, view.width - width - MARGIN);
  const below = at.bottom - view.top + 4;
  const above = at.top - view.top - height - 4;
  const fits = below + height <= view.height - MARGIN;
  const top = fits ? below : above >= MARGIN ? above : view.height - height - MARGIN;
  panel.style.left = `${Math.max(MARGIN, left)}px`;
  panel.style.top = `${Math.max(MARGIN, top)}px`;
}
