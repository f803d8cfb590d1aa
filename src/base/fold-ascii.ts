/**
 * Folds A-Z to a-z and nothing else: the case-insensitivity of indexed fields (semantics 6). Other letters, such as the
 * Kelvin sign, which `toLowerCase` turns into `k`, stay as they are.
 */
export function foldAscii(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}
