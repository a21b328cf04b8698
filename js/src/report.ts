// The script of a report: a view in an HTML file of its own, without a kernel and a network. It
// stands for the host that anywidget is elsewhere, and plays back what the kernel would have sent.
// `tbwidget/widget/report/` writes the file.
import { Player } from "./report/player";
import { bytesOf, type Directory, inflate, Records } from "./report/records";
import type { ReportModel } from "./report/report_model";
import type { RuntimeExports, ViewProps } from "./wire/host";

async function open(): Promise<void> {
  const json = new TextDecoder().decode(await inflate(bytesOf(textOf("directory"))));
  const directory = JSON.parse(json) as Directory;
  const records = new Records(textOf("records"), directory.sizes);
  const player = new Player(directory, records);
  const runtime = await load(records, directory.modules.runtime as number);
  const model = player.model(directory.view);
  fitWindow(model);
  await runtime.mount({
    model,
    el: document.getElementById("view") as HTMLElement,
    host: player.host,
    signal: new AbortController().signal,
  } satisfies ViewProps);
}

/** The text of an element of the page, which is not needed there any more. */
function textOf(id: string): string {
  const element = document.getElementById(id);
  const text = element?.textContent ?? "";
  element?.remove();
  return text;
}

async function load(records: Records, number: number): Promise<RuntimeExports> {
  const [, [source]] = await records.read(number);
  const url = URL.createObjectURL(
    new Blob([source as DataView<ArrayBuffer>], { type: "text/javascript" }),
  );
  try {
    const { default: widget } = await import(/* @vite-ignore */ url);
    return widget.initialize();
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The view is as high as the window. */
function fitWindow(model: ReportModel): void {
  const resize = () => model.set("height", window.innerHeight);
  resize();
  addEventListener("resize", resize);
}

function refuse(error: unknown): void {
  console.error(error);
  const place = document.getElementById("view");
  const old = typeof DecompressionStream === "undefined";
  if (place)
    place.textContent = old
      ? "This browser is too old for this report: it needs one of 2023 or later."
      : `This report cannot be opened: ${error}`;
}

// No frame is due while a page hides it, as a notebook does behind the live view.
requestAnimationFrame(() => open().catch(refuse));
