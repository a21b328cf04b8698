// The `_esm` of every widget but the runtime: finds the runtime, and keeps what arrives before a
// view is mounted. anywidget evaluates this once for each model, so it stays this small.
import { hidePicture } from "./wire/fallback";
import type { Buffers, Message, StubExports, StubProps, ViewProps } from "./wire/host";

const KEPT = 256;
/** A view that is not mounted by then will not be. */
const MOUNTED_MS = 20_000;

export default {
  initialize({ model, signal }: StubProps): StubExports {
    const mounted = hidePicture(model);
    setTimeout(mounted, MOUNTED_MS);
    signal?.addEventListener("abort", mounted, { once: true });
    const waiting: [Message, Buffers][] = [];
    const self: StubExports = { model, signal, waiting, receive: null, mounted };
    model.on("msg:custom", (message: Message, buffers: Buffers) => {
      if (self.receive) self.receive(message, buffers);
      else if (waiting.push([message, buffers]) > KEPT) waiting.shift();
    });
    return self;
  },
  async render(props: ViewProps) {
    const runtime = await props.host.getWidget(props.model.get("_runtime") as string);
    return runtime.exports.mount(props);
  },
};
