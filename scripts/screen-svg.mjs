// A screen of the terminal emulator as an SVG picture: runs of cells of one style, each a text of a fixed length.

const CELL_WIDTH = 8.4;
const LINE_HEIGHT = 18;
const PADDING = 14;
const DARK = {
  background: "#16181d",
  text: "#d7dae0",
  colours: [
    "#16181d",
    "#e06c75",
    "#98c379",
    "#d19a66",
    "#61afef",
    "#c678dd",
    "#56b6c2",
    "#abb2bf",
    "#5f6773",
    "#f0808a",
    "#a9d58b",
    "#e5c07b",
    "#74b9ff",
    "#d69ae6",
    "#6fd3de",
    "#ffffff",
  ],
};
const LIGHT = {
  background: "#fcfcfa",
  text: "#24292f",
  colours: [
    "#24292f",
    "#b3261e",
    "#2e7d32",
    "#8a5a00",
    "#1a56b0",
    "#8e24aa",
    "#00707f",
    "#6e7781",
    "#8b949e",
    "#d32f2f",
    "#388e3c",
    "#ffd54f",
    "#1e66c8",
    "#9c3fb5",
    "#00838f",
    "#ffffff",
  ],
};

/** `buffer` is an xterm buffer; `title` becomes the picture's accessible name. */
export function screenSvg(buffer, columns, rows, title, theme) {
  const palette = theme === "light" ? LIGHT : DARK;
  const width = Math.ceil(columns * CELL_WIDTH + 2 * PADDING);
  const height = rows * LINE_HEIGHT + 2 * PADDING;
  const parts = [];
  for (let y = 0; y < rows; y += 1) {
    for (const run of runsOf(buffer.getLine(buffer.viewportY + y), columns, palette))
      parts.push(drawRun(run, y, palette));
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">`,
    `<title>${escape(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${palette.background}"/>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" xml:space="preserve">`,
    ...parts.filter((part) => part !== ""),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function runsOf(line, columns, palette) {
  const runs = [];
  for (let x = 0; x < columns; x += 1) {
    const cell = line?.getCell(x);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const style = styleOf(cell, palette);
    const last = runs.at(-1);
    const text = cell.getChars() === "" ? " " : cell.getChars();
    if (last !== undefined && last.key === style.key) {
      last.text += text;
      last.cells += cell.getWidth();
    } else runs.push({ ...style, x, text, cells: cell.getWidth() });
  }
  return runs;
}

function styleOf(cell, palette) {
  let text = cell.isFgDefault() ? palette.text : (palette.colours[cell.getFgColor()] ?? palette.text);
  let ground = cell.isBgDefault() ? palette.background : (palette.colours[cell.getBgColor()] ?? palette.background);
  if (cell.isInverse()) [text, ground] = [ground, text];
  const bold = cell.isBold() !== 0;
  const underline = cell.isUnderline() !== 0;
  const faint = cell.isDim() !== 0;
  return { text: "", colour: text, ground, bold, underline, faint, key: [text, ground, bold, underline, faint].join() };
}

function drawRun(run, y, palette) {
  const left = PADDING + run.x * CELL_WIDTH;
  const top = PADDING + y * LINE_HEIGHT;
  const width = (run.cells * CELL_WIDTH).toFixed(1);
  const ground =
    run.ground === palette.background
      ? ""
      : `<rect x="${left.toFixed(1)}" y="${top}" width="${width}" height="${LINE_HEIGHT}" fill="${run.ground}"/>`;
  // Renderers collapse spaces, at the ends too: a text begins at its first sign, and inner spaces do not break.
  const text = run.text.trim().replaceAll(" ", "\u00a0");
  if (text === "") return ground;
  const lead = run.text.length - run.text.trimStart().length;
  const trail = run.text.length - run.text.trimEnd().length;
  const start = (left + lead * CELL_WIDTH).toFixed(1);
  const length = ((run.cells - lead - trail) * CELL_WIDTH).toFixed(1);
  const style = `${run.bold ? ' font-weight="bold"' : ""}${run.underline ? ' text-decoration="underline"' : ""}${run.faint ? ' opacity="0.7"' : ""}`;
  return `${ground}<text x="${start}" y="${top + 13}" fill="${run.colour}"${style} textLength="${length}" lengthAdjust="spacingAndGlyphs">${escape(text)}</text>`;
}

function escape(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
