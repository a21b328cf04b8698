// Filters that users type: a regular expression, case ignored, that can never throw.
export interface Pattern {
  test(text: string): boolean;
  /** What is wrong with it; empty if nothing. */
  error: string;
}

const LONGEST = 500;
// A group that repeats and is itself repeated can take for ever on a short text.
const EXPLOSIVE = /\([^()]*[+*][^()]*\)\s*[+*{]/;

/** Compile `text`. An empty filter matches everything; a broken one matches as plain text. */
export function compilePattern(text: string): Pattern {
  if (!text) return { test: () => true, error: "" };
  const plain = text.toLowerCase();
  const literal = { test: (name: string) => name.toLowerCase().includes(plain) };
  if (text.length > LONGEST) return { ...literal, error: "too long for a filter" };
  if (EXPLOSIVE.test(text)) return { ...literal, error: "nested repeats; taken as plain text" };
  try {
    const regex = new RegExp(text, "i");
    return { test: (name) => regex.test(name), error: "" };
  } catch {
    return { ...literal, error: "not a valid regular expression; taken as plain text" };
  }
}
