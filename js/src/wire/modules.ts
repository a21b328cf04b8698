// Code that only some views need, in bundles of its own: the kernel pushes it before the first data
// that want it, or sends it when asked. Loaded once a page, whatever the number of widgets.
// `tbwidget/widget/modules.py` is the other side.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import shared from "../shared";
import type { Channel } from "./channel";
import type { Buffers } from "./host";

interface Loading {
  readonly promise: Promise<unknown>;
  readonly resolve: (module: unknown) => void;
  readonly ready: Signal<unknown>;
  readonly asked: WeakSet<Channel>;
  taken: boolean;
}

const modules = new Map<string, Loading>();

function loadingOf(name: string): Loading {
  let loading = modules.get(name);
  if (!loading) {
    let resolve: Loading["resolve"] = () => {};
    const promise = new Promise<unknown>((settle) => {
      resolve = settle;
    });
    loading = { promise, resolve, ready: signal(null), asked: new WeakSet(), taken: false };
    modules.set(name, loading);
  }
  return loading;
}

/** Take in what the kernel pushes on a channel. */
export function listenForModules(channel: Channel): void {
  channel.on("module", (message, buffers) => void take(String(message.name), buffers));
}

/** The module `name`; asked for on `channel`, which must know it, if the page lacks it. */
export function loadModule<T>(channel: Channel, name: string): Promise<T> {
  const loading = loadingOf(name);
  if (!loading.taken && !loading.asked.has(channel)) {
    loading.asked.add(channel);
    channel
      .request("module", { name })
      .then(({ buffers }) => take(name, buffers))
      .catch(() => loading.asked.delete(channel));
  }
  return loading.promise as Promise<T>;
}

/** The module `name` once it is here, null before. */
export function moduleSignal<T>(name: string): ReadonlySignal<T | null> {
  return loadingOf(name).ready as ReadonlySignal<T | null>;
}

async function take(name: string, [source]: Buffers): Promise<void> {
  const loading = loadingOf(name);
  if (loading.taken || !source) return;
  loading.taken = true;
  const blob = new Blob([source as ArrayBuffer], { type: "text/javascript" });
  const url = URL.createObjectURL(blob);
  try {
    const loaded = await import(/* @vite-ignore */ url);
    const module = loaded.default ? loaded.default(lend) : loaded;
    loading.ready.value = module;
    loading.resolve(module);
  } catch (error) {
    loading.taken = false;
    console.warn(`tbwidget: the module ${name} cannot be loaded`, error);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** What a tab's bundle shares with this one. */
function lend(name: string): unknown {
  if (name in shared) return shared[name];
  throw new Error(`this page's tbwidget has no ${name}: reload the page`);
}
