// Copies of sanitised nodes, made of nothing but what is listed here.
import { highlight } from "./highlight";

/** The tags that TensorBoard lets pass, and <del>, which GitHub's Markdown has. */
export const TAGS: readonly string[] =
  "ul ol li p pre code blockquote h1 h2 h3 h4 h5 h6 hr br strong em del a img table thead tbody td tr th".split(
    " ",
  );
/** What is read of the sanitised nodes; of `class` only the language of code, for its colours. */
export const ATTRIBUTES: readonly string[] = "href src alt title start align class".split(" ");

const LINK = /^(?:https?:\/\/|mailto:)/i;
const PICTURE = /^(?:https?:\/\/|data:image\/(?:png|jpeg|gif|webp);base64,)/i;
const LANGUAGE = /^language-([\w+#-]{1,20})$/;

export function rebuild(from: Node): DocumentFragment {
  const copy = document.createDocumentFragment();
  copyChildren(from, copy);
  return copy;
}

function copyChildren(from: Node, into: Node): void {
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) into.appendChild(document.createTextNode(textOf(child)));
    else if (child.nodeType === Node.ELEMENT_NODE) copyElement(child as Element, into);
  }
}

function copyElement(element: Element, into: Node): void {
  const name = element.localName;
  const known = element.namespaceURI === document.documentElement.namespaceURI;
  if (name === "img") into.appendChild(pictureOf(element));
  else if (!known || !TAGS.includes(name) || (name === "a" && !LINK.test(hrefOf(element))))
    copyChildren(element, into);
  else {
    const copy = document.createElement(name);
    setAttributes(element, copy);
    copyChildren(element, copy);
    into.appendChild(copy);
  }
}

function setAttributes(from: Element, copy: HTMLElement): void {
  const title = from.getAttribute("title");
  if (title) copy.title = title;
  if (copy instanceof HTMLAnchorElement) {
    copy.href = hrefOf(from);
    copy.rel = "noopener noreferrer";
    copy.target = "_blank";
  } else if (copy instanceof HTMLOListElement) {
    copy.start = Number.parseInt(from.getAttribute("start") ?? "1", 10) || 0;
  } else if (copy instanceof HTMLTableCellElement) {
    const align = from.getAttribute("align") ?? "";
    if (/^(?:left|center|right)$/.test(align)) copy.align = align;
  } else if (copy.localName === "code") {
    const language = LANGUAGE.exec(from.getAttribute("class") ?? "")?.[1];
    const text = textOf(from);
    if (language && from.parentElement?.localName === "pre") {
      copy.append(highlight(text, language.toLowerCase()));
      from.textContent = "";
    }
  }
}

/** A button in the place of an image, which loads it: before, nobody is told that it is looked at. */
function pictureOf(image: Element): Node {
  const source = image.getAttribute("src") ?? "";
  const words = image.getAttribute("alt") || image.getAttribute("title") || "image";
  if (!PICTURE.test(source)) return document.createTextNode(words);
  const where = source.startsWith("data:") ? "in the text" : hostOf(source);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "picture";
  button.textContent = `▧ ${words} (${where})`;
  button.title = `Not loaded yet. Click to load ${source.slice(0, 200)}`;
  button.addEventListener("click", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const picture = document.createElement("img");
    picture.referrerPolicy = "no-referrer";
    picture.alt = words;
    picture.src = source;
    picture.addEventListener("error", () => picture.replaceWith(`▧ ${words} (cannot be loaded)`));
    button.replaceWith(picture);
  });
  return button;
}

function hrefOf(link: Element): string {
  return (link.getAttribute("href") ?? "").trim();
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return "nowhere";
  }
}

function textOf(node: Node): string {
  return node.textContent ?? "";
}
