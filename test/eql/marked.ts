/** A text in which `«` and `»` mark places: the text without the marks, and the marked spans in order. */
export function marked(source: string): { readonly text: string; readonly spans: readonly [number, number][] } {
  let text = "";
  const open: number[] = [];
  const spans: [number, number][] = [];
  for (const character of source) {
    if (character === "«") open.push(text.length);
    else if (character === "»") spans.push([open.pop() ?? 0, text.length]);
    else text += character;
  }
  return { text, spans: spans.sort(([a], [b]) => a - b) };
}
