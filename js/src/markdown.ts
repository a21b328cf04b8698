// Markdown from a log as nodes that hold nothing but what is on a short list. A bundle of its own,
// which the page loads when there is something to render.
import DOMPurify from "dompurify";
import { Marked } from "marked";
import { ATTRIBUTES, rebuild, TAGS } from "./markdown/rebuild";

/** What is longer is shown as it is: rendering would make the page stutter. */
export const LONGEST_MARKDOWN = 50_000;

export interface MarkdownOptions {
  /** No paragraphs and lists, for what stands in a line. */
  inline?: boolean;
}

const RAW_HTML = new RegExp(`^ {0,3}<(?:!--|/?(?:${TAGS.join("|")})(?=[\\s/>]))`, "i");
const OTHER_TAG = new RegExp(`<(?!/?(?:${TAGS.join("|")})[\\s/>])`, "gi");

// Tags that are not on the list are text: language models write <s> and <unk>, programs List<T>.
const marked = new Marked({ gfm: true, async: false });
marked.use({
  tokenizer: {
    html: (source) => (RAW_HTML.test(source) ? false : undefined),
    tag: (source) => (RAW_HTML.test(source) ? false : undefined),
  },
  renderer: {
    html: ({ text }) => withoutComments(text).replace(OTHER_TAG, "&lt;"),
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
  },
});

/** Render `text`. What cannot be rendered comes back as it is. */
export function renderMarkdown(text: string, { inline = false }: MarkdownOptions = {}): Node {
  if (text.length > LONGEST_MARKDOWN) return document.createTextNode(text);
  try {
    const html = (inline ? marked.parseInline(text) : marked.parse(text)) as string;
    // Parsed in a document that runs and loads nothing; what leaves it are copies of our own making.
    const body = DOMPurify.sanitize(html, {
      ALLOWED_TAGS: [...TAGS],
      ALLOWED_ATTR: [...ATTRIBUTES],
      ALLOW_DATA_ATTR: false,
      ALLOW_ARIA_ATTR: false,
      RETURN_DOM: true,
    });
    return rebuild(body);
  } catch {
    return document.createTextNode(text); // nested deeper than the stack
  }
}

function withoutComments(html: string): string {
  let kept = "";
  let at = 0;
  for (;;) {
    const start = html.indexOf("<!--", at);
    const end = start < 0 ? -1 : html.indexOf("-->", start + 4);
    if (end < 0) return kept + html.slice(at);
    kept += html.slice(at, start);
    at = end + 3;
  }
}
