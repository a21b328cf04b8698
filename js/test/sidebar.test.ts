import { describe, expect, it, vi } from "vitest";
import { EventFolders } from "../src/sidebar/folders";
import { openDirectory } from "../src/sidebar/kernel";
import type { ContentsModel, ExecuteReply, Kernel } from "../src/sidebar/lab";

function folder(path: string, names: string[]): ContentsModel {
  const content = names.map((name) => ({
    name: name.replace("/", ""),
    path: `${path}/${name.replace("/", "")}`,
    type: name.endsWith("/") ? "directory" : "file",
    content: null,
  }));
  return { path, name: path, type: "directory", content };
}

function contentsOf(folders: Record<string, string[]>) {
  return {
    get: vi.fn(async (path: string) => {
      const names = folders[path];
      if (!names) throw new Error("404");
      return folder(path, names);
    }),
  };
}

describe("folders with event files", () => {
  it("finds them some levels down, and remembers", async () => {
    const contents = contentsOf({
      logs: ["notes.txt", "a/", "b/"],
      "logs/a": ["deep/"],
      "logs/a/deep": ["events.out.tfevents.1.host"],
      "logs/b": [],
    });
    const folders = new EventFolders(contents);
    expect(folders.holdsEvents("logs")).toBeUndefined();
    expect(await folders.look("logs")).toBe(true);
    expect(folders.holdsEvents("logs")).toBe(true);
    const asked = contents.get.mock.calls.length;
    await folders.look("logs");
    expect(contents.get.mock.calls.length).toBe(asked);
  });

  it("does not list a whole tree, and looks again where there were none", async () => {
    const many = Array.from({ length: 500 }, (_, at) => `${at}/`);
    const contents = contentsOf({ data: many });
    const folders = new EventFolders(contents);
    expect(await folders.look("data")).toBe(false);
    const asked = contents.get.mock.calls.length;
    expect(asked).toBeLessThan(30);
    await folders.look("data");
    expect(contents.get.mock.calls.length).toBe(2 * asked);
  });
});

describe("opening a directory", () => {
  function kernel(board: Record<string, unknown> | undefined) {
    const expressions: string[] = [];
    const fake: Pick<Kernel, "requestExecute"> = {
      requestExecute(content) {
        expressions.push((content.user_expressions as { board: string }).board);
        const user_expressions = board ? { board } : undefined;
        const reply = { content: { status: "ok", user_expressions } } as unknown as ExecuteReply;
        return { done: Promise.resolve(reply) };
      },
    };
    return { fake, expressions };
  }

  it("quotes what it is given as Python does", async () => {
    const { fake, expressions } = kernel({ status: "ok", data: { "text/plain": "'abc'" } });
    expect(await openDirectory(fake, 'a"b\\c\n', "n.ipynb")).toBe("abc");
    expect(expressions[0]).toContain('.open_directory("a\\"b\\\\c\\n", "n.ipynb")');
  });

  it.each([
    [{ status: "error", ename: "ModuleNotFoundError", evalue: "no" }, "%pip install tbwidget"],
    [{ status: "error", ename: "FileNotFoundError", evalue: "There is no" }, "There is no"],
    [undefined, "was it restarted"],
  ])("says what went wrong", async (board, message) => {
    await expect(openDirectory(kernel(board).fake, "x", "")).rejects.toThrow(message);
  });
});
