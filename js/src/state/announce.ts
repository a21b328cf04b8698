// Telling the rest of the page which views are open.
import { effect } from "@preact/signals";
import type { Model } from "../wire/host";
import { CHANGED, idOf, openViews } from "./open_views";
import type { Session } from "./session";

/** Say that a view is shown once more; returns what to call when it is so no longer. */
export function announce(model: Model, session: Session, title: () => string): () => void {
  const id = idOf(model);
  const { views } = openViews();
  const kernel = model.widget_manager?.kernel?.id ?? "";
  const view = views.get(id) ?? { id, kernel, title: "", gone: false, shown: 0 };
  view.shown += 1;
  views.set(id, view);
  const stop = effect(() => {
    view.title = title();
    view.gone = session.connection.value === "gone";
    document.dispatchEvent(new Event(CHANGED));
  });
  return () => {
    stop();
    view.shown -= 1;
    if (!view.shown) views.delete(id);
    document.dispatchEvent(new Event(CHANGED));
  };
}
