/** A piece of a Lucene regular expression that is exactly `text`. */
export function quoteRegex(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_\s\u0080-\u{10ffff}]/gu, "\\$&");
}

/**
 * How a text with wildcards between its `parts` is written in EQL: equality without any, `like` where its `*` and `?`
 * mean nothing else, else a regular expression.
 */
export function toWildcard(
  parts: readonly string[],
):
  | { readonly kind: "exact"; readonly text: string }
  | { readonly kind: "like"; readonly text: string }
  | { readonly kind: "regex"; readonly text: string } {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return { kind: "exact", text: only };
  const literal = parts.some((part) => /[*?]/.test(part));
  return literal ? { kind: "regex", text: parts.map(quoteRegex).join(".*") } : { kind: "like", text: parts.join("*") };
}

/** The parts of Elasticsearch's wildcard syntax, in which `?` is one character and a backslash takes the next literally. */
export function readWildcard(text: string): readonly WildcardPiece[] {
  const pieces: WildcardPiece[] = [];
  let literal = "";
  const flush = (): void => {
    if (literal !== "") pieces.push({ kind: "text", text: literal });
    literal = "";
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? "";
    if (character === "\\" && i + 1 < text.length) literal += text[++i] ?? "";
    else if (character === "*" || character === "?") {
      flush();
      pieces.push({ kind: character === "*" ? "any" : "one" });
    } else literal += character;
  }
  flush();
  return pieces;
}

export type WildcardPiece = { readonly kind: "text"; readonly text: string } | { readonly kind: "any" | "one" };

/** The same in EQL: `like` where it can be said with it, else a regular expression. */
export function wildcardToEql(text: string): { readonly kind: "like" | "regex"; readonly text: string } {
  const pieces = readWildcard(text);
  const literal = pieces.some((piece) => piece.kind === "text" && /[*?]/.test(piece.text));
  const print = (piece: WildcardPiece): string => {
    if (piece.kind === "text") return literal ? quoteRegex(piece.text) : piece.text;
    return piece.kind === "any" ? (literal ? ".*" : "*") : literal ? "." : "?";
  };
  return { kind: literal ? "regex" : "like", text: pieces.map(print).join("") };
}
