// Which directories of the file browser hold event files, as far as it is known.
import type { Application, ContentsModel } from "./lab";

const MOST_LISTED = 24;

export class EventFolders {
  #contents: Application["serviceManager"]["contents"];
  #known = new Map<string, Promise<boolean>>();
  #settled = new Map<string, boolean>();

  constructor(contents: Application["serviceManager"]["contents"]) {
    this.#contents = contents;
  }

  /** Whether the directory holds event files; undefined while that is not known. */
  holdsEvents(path: string): boolean | undefined {
    return this.#settled.get(path);
  }

  /** Look into a directory and those in it; what is far down is not found. */
  look(path: string): Promise<boolean> {
    let looked = this.#known.get(path);
    if (!looked) {
      looked = this.#look(path).then((holds) => {
        this.#settled.set(path, holds);
        // A run may begin at any time: what holds none is looked at anew.
        if (!holds) this.#known.delete(path);
        return holds;
      });
      this.#known.set(path, looked);
    }
    return looked;
  }

  /** Look at the nearest directories first. */
  async #look(path: string): Promise<boolean> {
    const paths = [path];
    for (let at = 0; at < Math.min(paths.length, MOST_LISTED); at++) {
      const entries = await this.#list(paths[at] ?? "");
      if (entries.some(isEventFile)) return true;
      for (const one of entries) if (one.type === "directory") paths.push(one.path);
    }
    return false;
  }

  async #list(path: string): Promise<ContentsModel[]> {
    const listed = await this.#contents.get(path, { content: true }).catch(() => null);
    return listed?.content ?? [];
  }
}

function isEventFile(entry: ContentsModel): boolean {
  return entry.type !== "directory" && entry.name.includes("tfevents");
}
