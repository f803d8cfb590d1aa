/** What lies over the panes: help, and questions. */
import { wrapText } from "../../base/safe-text.ts";
import { commandsOf, GROUP_TITLE, keyLabel, SCREEN_TITLE, type CommandGroup } from "../keymap.ts";
import { type Line, paintLine, span } from "../line.ts";
import type { Dialog, State } from "../state/state.ts";
import type { Theme } from "../theme.ts";

/** The dialog in the middle of `height` lines of `width` columns. */
export function dialogLines(
  state: State,
  dialog: Dialog,
  width: number,
  height: number,
  theme: Theme,
): readonly string[] {
  const content =
    dialog.kind === "help" ? helpLines(state, Math.min(width - 6, 96)) : questionLines(dialog, Math.min(width - 6, 76));
  const inner = Math.min(width - 6, dialog.kind === "help" ? 96 : 76);
  const room = Math.max(1, height - 2);
  const top = dialog.kind === "help" ? Math.max(0, Math.min(dialog.top, content.length - room)) : 0;
  const shown = content.slice(top, top + room);
  const title = dialog.kind === "help" ? `Help: ${SCREEN_TITLE[state.screen]}` : dialog.title;
  const more =
    dialog.kind === "help" && content.length > room ? ` ${String(top + shown.length)}/${String(content.length)} ` : "";
  const left = " ".repeat(Math.max(0, Math.floor((width - inner - 4) / 2)));
  const edge = (text: string): string => paintLine([span(text, "accent")], text.length, theme);
  const head = ` ${title} `.slice(0, inner);
  const lines = [
    `${left}${edge("┏━")}${paintLine([span(head, "title")], Math.min(inner, head.length), theme)}${edge(`${"━".repeat(Math.max(0, inner + 1 - head.length))}┓`)}`,
    ...shown.map((line) => `${left}${edge("┃")} ${paintLine(line, inner, theme)} ${edge("┃")}`),
    `${left}${edge("┗")}${edge("━".repeat(Math.max(0, inner + 2 - more.length)))}${edge(more)}${edge("┛")}`,
  ];
  const above = Math.max(0, Math.floor((height - lines.length) / 2));
  const blank = paintLine([], width, theme);
  const padded = [...Array.from({ length: above }, () => blank), ...lines];
  return [...padded, ...Array.from({ length: Math.max(0, height - padded.length) }, () => blank)].slice(0, height);
}

function helpLines(state: State, width: number): readonly Line[] {
  const commands = commandsOf(state.screen);
  return (Object.keys(GROUP_TITLE) as CommandGroup[]).flatMap((group): readonly Line[] => {
    const members = commands.filter((command) => command.group === group);
    if (members.length === 0) return [];
    return [
      [span(GROUP_TITLE[group], "title")],
      ...members.flatMap((command): readonly Line[] => {
        const name = command.name === undefined ? "" : `:${command.name}`;
        const keys = command.keys.map(keyLabel).join(" ");
        return wrapText(command.help, Math.max(10, width - 36)).map((text, at): Line => [
          span(`  ${(at === 0 ? keys : "").padEnd(20)}`, "key"),
          span(text.padEnd(Math.max(10, width - 36))),
          span(at === 0 ? ` ${name}` : "", "dim"),
        ]);
      }),
      [],
    ];
  });
}

function questionLines(dialog: Extract<Dialog, { kind: "confirm" }>, width: number): readonly Line[] {
  return [
    [],
    ...dialog.lines.flatMap((text) => wrapText(text, width)).map((text): Line => [span(text)]),
    [],
    [
      span("y", "key"),
      span(" yes   "),
      span("n", "key"),
      span(" no"),
      ...(hasStages(dialog) ? [span("   s", "key"), span(" another stage")] : []),
    ],
    [],
  ];
}

/** Whether another stage of a sequence can be chosen. */
export function hasStages(dialog: Dialog): boolean {
  return dialog.kind === "confirm" && dialog.action.kind === "save-exception" && dialog.action.draft.stages.length > 0;
}
