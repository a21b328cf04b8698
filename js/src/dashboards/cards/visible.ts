// Which cards can be seen: only these hold data, ask for it, or draw.
import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo } from "preact/hooks";

/** Cards so close to the edge count as seen, so that scrolling meets drawn charts. */
const MARGIN_PX = 240;

export class Visibility {
  readonly #shown = new Map<Element, { tag: string; visible: Signal<boolean> }>();
  #observer: IntersectionObserver | null = null;
  #changed: (tags: ReadonlySet<string>) => void;

  constructor(changed: (tags: ReadonlySet<string>) => void) {
    this.#changed = changed;
  }

  start(root: Element): () => void {
    const options = { root, rootMargin: `${MARGIN_PX}px 0px` };
    this.#observer = new IntersectionObserver((entries) => this.#update(entries), options);
    for (const element of this.#shown.keys()) this.#observer.observe(element);
    return () => {
      this.#observer?.disconnect();
      this.#observer = null;
    };
  }

  /** Tell through `visible` whether the card `element` of `tag` can be seen. */
  follow(element: Element, tag: string, visible: Signal<boolean>): () => void {
    this.#shown.set(element, { tag, visible });
    this.#observer?.observe(element);
    return () => {
      this.#shown.delete(element);
      this.#observer?.unobserve(element);
      this.#tell();
    };
  }

  /** Look again whether `element` can be seen: it lies elsewhere now. */
  look(element: Element): void {
    this.#observer?.unobserve(element);
    this.#observer?.observe(element);
  }

  #update(entries: IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      const card = this.#shown.get(entry.target);
      // One that fills the view lies outside of what scrolls, and is seen all the same.
      const full = entry.target.classList.contains("full");
      if (card) card.visible.value = full || entry.isIntersecting;
    }
    this.#tell();
  }

  #tell(): void {
    const seen = [...this.#shown.values()].filter(({ visible }) => visible.value);
    this.#changed(new Set(seen.map(({ tag }) => tag)));
  }
}

export function useVisible(
  root: RefObject<HTMLElement | null>,
  changed: (tags: ReadonlySet<string>) => void,
): Visibility {
  const visibility = useMemo(() => new Visibility(changed), []);
  useEffect(() => (root.current ? visibility.start(root.current) : undefined), [visibility, root]);
  return visibility;
}
