// Which directories of the file browser hold event files, as far as it is known.
import type { Application, ContentsModel } from "./lab";

const MOST_LISTED = 12;

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

  /** Look into a directory, and into those in it. */
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

  async #look(path: string): Promise<boolean> {
    const entries = await this.#list(path);
    if (entries.some(isEventFile)) return true;
    const inner = entries.filter((one) => one.type === "directory").slice(0, MOST_LISTED);
    for (const one of inner) if ((await this.#list(one.path)).some(isEventFile)) return true;
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
