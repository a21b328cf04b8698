// What the writer of a clip says of it, in Markdown.
import { useLayoutEffect, useRef } from "preact/hooks";
import { type MarkdownModule, textElement } from "../../markdown/element";
import { moduleSignal } from "../../wire/modules";

export function ClipLabel({ text }: { text: string }) {
  const host = useRef<HTMLDivElement>(null);
  const module = moduleSignal<MarkdownModule>("markdown").value;
  useLayoutEffect(() => {
    host.current?.replaceChildren(textElement(text, module, "div"));
  }, [text, module]);
  return <div ref={host} class="clip-label" />;
}
