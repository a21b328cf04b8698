// Colours for code: comments, strings, numbers and words that most languages keep for themselves.

/** Longer code is shown without colours. */
const LONGEST = 20_000;
const HASH =
  /^(?:py|python\d?|sh|bash|shell|console|ya?ml|toml|rb|ruby|r|ini|conf|make|makefile|dockerfile|julia|jl)$/;
const DASHES = /^(?:sql|lua|haskell|hs)$/;
const COMMENTS = {
  hash: "#[^\\n]*",
  dashes: "--[^\\n]*",
  slashes: "\\/\\/[^\\n]*|\\/\\*[^]*?\\*\\/",
};
const REST =
  '(?<string>"""[^]*?"""|"(?:\\\\.|[^"\\\\\\n])*"|\'(?:\\\\.|[^\'\\\\\\n])*\'|`[^`]*`)' +
  "|(?<number>\\b\\d[\\w.]*)|(?<word>[A-Za-z_]\\w*)";
const KEYWORDS = new Set(
  (
    "and as assert async await break case catch class const continue def del do elif else end enum " +
    "except export extends false False finally fn for from func function global if impl import in " +
    "interface is lambda let local match new nil None not null of or pass private public raise " +
    "return self static struct super switch then this throw true True try type typeof var void " +
    "while with yield select where order group by join on insert into values create table"
  ).split(" "),
);

export function highlight(code: string, language: string): DocumentFragment {
  const made = document.createDocumentFragment();
  const kind = HASH.test(language) ? "hash" : DASHES.test(language) ? "dashes" : "slashes";
  const parts = new RegExp(`(?<comment>${COMMENTS[kind]})|${REST}`, "g");
  let at = 0;
  for (const match of code.length > LONGEST ? [] : code.matchAll(parts)) {
    const found = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined);
    const sort = found?.[0] === "word" ? KEYWORDS.has(match[0]) && "keyword" : found?.[0];
    if (!sort) continue;
    made.append(code.slice(at, match.index));
    const span = document.createElement("span");
    span.className = `code-${sort}`;
    span.textContent = match[0];
    made.append(span);
    at = match.index + match[0].length;
  }
  made.append(code.slice(at));
  return made;
}
