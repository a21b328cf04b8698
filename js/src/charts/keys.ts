/** What keys do while a chart has the focus. */

export interface KeyHandler {
  move(by: 1 | -1): void;
  scale(factor: number): void;
  reset(): void;
  leave(): void;
}

const ZOOM = 0.7;

export class Keys {
  private readonly listening = new AbortController();

  constructor(target: HTMLElement, handler: KeyHandler) {
    target.tabIndex = 0;
    target.setAttribute("role", "img");
    const actions: Record<string, () => void> = {
      ArrowRight: () => handler.move(1),
      ArrowLeft: () => handler.move(-1),
      "+": () => handler.scale(ZOOM),
      "=": () => handler.scale(ZOOM),
      "-": () => handler.scale(1 / ZOOM),
      "0": () => handler.reset(),
      Escape: () => handler.leave(),
    };
    const { signal } = this.listening;
    target.addEventListener(
      "keydown",
      (event) => {
        const action = actions[event.key];
        if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        if (event.key !== "Escape") event.stopPropagation();
        action();
      },
      { signal },
    );
    target.addEventListener("blur", () => handler.leave(), { signal });
  }

  destroy(): void {
    this.listening.abort();
  }
}
