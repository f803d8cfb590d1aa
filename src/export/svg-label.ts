/** The beginning of a text, `…` where it is cut. */
export function clipLabel(text: string, length: number): string {
  const characters = [...text.slice(0, 4 * length)];
  return characters.length > length ? `${characters.slice(0, length - 1).join("")}…` : characters.join("");
}
