// Regular expressions that users type: they can neither throw nor take for ever.
export interface Pattern {
  test(text: string): boolean;
  /** What is wrong with it; empty if nothing. */
  error: string;
}

const LONGEST = 500;
// A group that repeats and is itself repeated can take for ever on a short text.
const EXPLOSIVE = /\([^()]*[+*][^()]*\)\s*[+*{]/;

/** Compile `text`, or say why it cannot be. */
export function compileRegex(text: string, flags = ""): { regex: RegExp | null; error: string } {
  if (text.length > LONGEST) return { regex: null, error: "too long" };
  if (EXPLOSIVE.test(text)) return { regex: null, error: "nested repeats" };
  try {
    return { regex: new RegExp(text, flags), error: "" };
  } catch {
    return { regex: null, error: "not a valid regular expression" };
  }
}

/** A filter, case ignored. An empty one matches everything; a broken one matches as plain text. */
export function compilePattern(text: string): Pattern {
  if (!text) return { test: () => true, error: "" };
  const { regex, error } = compileRegex(text, "i");
  if (regex) return { test: (name) => regex.test(name), error: "" };
  const plain = text.toLowerCase();
  return {
    test: (name) => name.toLowerCase().includes(plain),
    error: `${error}; taken as plain text`,
  };
}
