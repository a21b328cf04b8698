// The elements of one text as nodes, and finds marked in them.
import { type MarkdownModule, textElement } from "../../markdown/element";
import type { TextValue } from "./model";

/** Finds of one text that are marked at most. */
const MOST_MARKS = 2_000;

export function contentOf(value: TextValue, markdown: MarkdownModule | null): Node {
  const content = document.createDocumentFragment();
  const single = value.shape.reduce((product, size) => product * size, 1) === 1;
  if (single) content.append(textElement(value.elements[0] ?? "", markdown, "div"));
  else {
    const table = content.appendChild(document.createElement("table"));
    table.className = "elements";
    for (let at = 0; at < value.elements.length; at += value.columns) {
      const row = table.insertRow();
      for (const text of value.elements.slice(at, at + value.columns))
        row.append(textElement(text, markdown, "td"));
    }
  }
  return content;
}

/** Mark what was found, wherever it stands within one piece of text. */
export function markFound(root: Element, found: readonly string[]): void {
  const words = found
    .filter((text) => text)
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  if (!words.length) return;
  const pattern = new RegExp(words.sort((a, b) => b.length - a.length).join("|"), "g");
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  while (walker.nextNode()) nodes.push(walker.currentNode as Text);
  let marks = 0;
  for (const node of nodes) {
    const text = node.data;
    const parts = document.createDocumentFragment();
    let at = 0;
    for (const match of text.matchAll(pattern)) {
      if (++marks > MOST_MARKS) break;
      parts.append(text.slice(at, match.index));
      parts.appendChild(document.createElement("mark")).textContent = match[0];
      at = match.index + match[0].length;
    }
    if (!at) continue;
    parts.append(text.slice(at));
    node.replaceWith(parts);
  }
}
