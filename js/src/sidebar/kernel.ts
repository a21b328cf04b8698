// What the sidebar asks of a notebook's kernel: to make a board that no cell shows.
import type { Kernel } from "./lab";

/**
 * Have the kernel open a log directory; returns the id of the board's model.
 *
 * `path` is the kernel's own where `notebook` is empty, else the server's, as `notebook` is.
 */
export async function openDirectory(
  kernel: Pick<Kernel, "requestExecute">,
  path: string,
  notebook: string,
): Promise<string> {
  const sidebar = '__import__("tbwidget.sidebar", fromlist=["open_directory"])';
  const call = `${sidebar}.open_directory(${literal(path)}, ${literal(notebook)})`;
  const request = { code: "", silent: true, store_history: false, stop_on_error: false };
  const future = kernel.requestExecute({ ...request, user_expressions: { board: call } });
  const board = (await future.done).content.user_expressions?.board;
  if (!board) throw new Error("the kernel did not answer: was it restarted?");
  if (board.status !== "ok") {
    if (board.ename === "ModuleNotFoundError")
      throw new Error("tbwidget is not installed in this notebook's kernel: %pip install tbwidget");
    throw new Error(board.evalue || board.ename);
  }
  return (board.data?.["text/plain"] ?? "").replaceAll("'", "");
}

/** A string of JSON is one of Python, too. */
function literal(text: string): string {
  return JSON.stringify(text);
}
