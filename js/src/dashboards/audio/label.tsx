// What the writer of a clip says of it, in Markdown.

export function labelNode(text: string) {
  return <div class="clip-label">{text}</div>;
}
