/**
 * Colours of the screen: sixteen at most, in a dark and a light set, or none at all (`NO_COLOR`), where bold, dim, underline
 * and reverse remain. A colour never carries a meaning alone: a sign or a word says the same.
 */

export const STYLES = [
  "plain",
  "dim",
  "strong",
  "title",
  "accent",
  "good",
  "warn",
  "bad",
  "critical",
  "field",
  "value",
  "match",
  "found",
  "key",
  "bar",
] as const;
export type Style = (typeof STYLES)[number];
export type ThemeName = "dark" | "light" | "mono";

/** SGR parameters that switch a style on; the empty text is no style. */
export type Theme = Readonly<Record<Style, string>> & { readonly name: ThemeName };

const DARK: Theme = {
  name: "dark",
  plain: "",
  dim: "90",
  strong: "1",
  title: "1;96",
  accent: "96",
  good: "92",
  warn: "93",
  bad: "91",
  critical: "1;91",
  field: "94",
  value: "",
  match: "1;93",
  found: "30;43",
  key: "1;96",
  bar: "36",
};

const LIGHT: Theme = {
  name: "light",
  plain: "",
  dim: "90",
  strong: "1",
  title: "1;34",
  accent: "34",
  good: "32",
  warn: "35",
  bad: "31",
  critical: "1;31",
  field: "34",
  value: "",
  match: "1;31",
  found: "30;103",
  key: "1;34",
  bar: "34",
};

const MONO: Theme = {
  name: "mono",
  plain: "",
  dim: "2",
  strong: "1",
  title: "1",
  accent: "1",
  good: "",
  warn: "1",
  bad: "1",
  critical: "1;4",
  field: "",
  value: "",
  match: "1;4",
  found: "7",
  key: "1",
  bar: "",
};

export const THEMES: Readonly<Record<ThemeName, Theme>> = { dark: DARK, light: LIGHT, mono: MONO };

/**
 * The theme that the environment asks for: `NO_COLOR` (or a dumb terminal) gives none, `EQLITE_THEME` names one, and
 * `COLORFGBG`, where a terminal sets it, tells a light background.
 */
export function themeFrom(env: Readonly<Record<string, string | undefined>>): Theme {
  if ((env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb") return MONO;
  const asked = env["EQLITE_THEME"];
  if (asked === "dark" || asked === "light" || asked === "mono") return THEMES[asked];
  const background = env["COLORFGBG"]?.split(";").at(-1);
  return background === "7" || background === "15" ? LIGHT : DARK;
}
