/**
 * Cells that a spreadsheet shows and never runs. A cell is taken for a formula when it begins with `=`, `+`, `-`, `@` (or
 * their full-width forms), also after blanks, quotes or invisible characters that programs strip; a leading TAB or CR
 * hides one. Such a cell gets an apostrophe in front. Control characters, which no cell can show, become pictures
 * (`␀`, `␛`), and what is not Unicode text becomes its number.
 */
const FORMULA = /^[\s"'\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]*[=+\-@＝＋－＠﹢﹣﹦]/u;
const HIDDEN_START = /^[\t\r\n]/;
// TAB and LF stay: a cell has lines.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;
const UNUSABLE = /[\u0080-\u009f\p{Cs}]/gu;

/** `text` as a cell that is safe to open. Idempotent but for the apostrophe. */
export function safeCellText(text: string): string {
  const shown = text
    .replaceAll("\r\n", "\n")
    .replace(CONTROL, (character) =>
      character === "\u007f" ? "\u2421" : String.fromCharCode(0x2400 + character.charCodeAt(0)),
    )
    .replace(UNUSABLE, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
    });
  return FORMULA.test(text) || HIDDEN_START.test(text) ? `'${shown}` : shown;
}
