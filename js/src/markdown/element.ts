// One text as an element: Markdown if the module for it is there, else as it is.
import type { renderMarkdown } from "../markdown";

/** The bundle `markdown`. */
export interface MarkdownModule {
  renderMarkdown: typeof renderMarkdown;
}

export function textElement(
  text: string,
  module: MarkdownModule | null,
  tag: "div" | "td",
): HTMLElement {
  const element = document.createElement(tag);
  const node = module?.renderMarkdown(text) ?? document.createTextNode(text);
  element.className = node.nodeType === Node.TEXT_NODE ? "plain" : "markdown";
  element.append(node);
  return element;
}
