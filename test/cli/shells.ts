/** Asks real shells what they complete after a command line; the completion script is what `eqlite completion` prints. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { tempFolder } from "../temp-folder.ts";

export type Shell = "bash" | "zsh" | "fish";

/** Whether the machine has the shell. */
export const hasShell = (shell: Shell): boolean => spawnSync(shell, ["-c", "exit 0"]).status === 0;

/**
 * What the shell offers for the last word, sorted, each once.
 * @param words the command line from the program's name on; the last one may be empty
 * @param cwd where files are looked for
 */
export function completions(shell: Shell, script: string, words: readonly string[], cwd: string): string[] {
  const folder = tempFolder();
  const file = path.join(folder, "_eqlite");
  writeFileSync(file, script);
  const run = ASK[shell](file, words, folder);
  const answer = spawnSync(shell, run, { cwd, encoding: "utf8", env: { ...process.env, HOME: folder, TERM: "dumb" } });
  if (answer.status !== 0) throw new Error(`${shell}: ${answer.stderr}${answer.stdout}`);
  return [...new Set(answer.stdout.split("\n").filter((line) => line !== ""))].sort();
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

const ASK: Readonly<Record<Shell, (script: string, words: readonly string[], folder: string) => string[]>> = {
  bash: (script, words) => [
    "--norc",
    "-c",
    `source ${quoted(script)} && COMP_WORDS=(${words.map(quoted).join(" ")}) && COMP_CWORD=${words.length - 1} && _eqlite; ` +
      'printf "%s\\n" "${COMPREPLY[@]}"',
  ],
  fish: (script, words) => [
    "--no-config",
    "-c",
    `source ${quoted(script)}; complete -C ${quoted(words.join(" "))} | string split -f1 \\t; true`,
  ],
  zsh: (script, words, folder) => {
    const setup = path.join(folder, "setup.zsh");
    writeFileSync(setup, zshSetup(script, path.join(folder, "hits")));
    return [
      "-f",
      "-c",
      `zmodload zsh/zpty; zpty z zsh -f -i; zpty -w z ${quoted(`source ${quoted(setup)}`)}; ` +
        "while zpty -r z line; do [[ $line == *ready* ]] && break; done; " +
        `zpty -w -n z ${quoted(words.join(" "))}$'\\t'; while zpty -r z line; do :; done; cat ${quoted(path.join(folder, "hits"))}`,
    ];
  },
};

/** An interactive zsh that writes every match it would offer to a file, and ends after one completion. */
function zshSetup(script: string, hits: string): string {
  return `
PROMPT=
: > ${quoted(hits)}
autoload -Uz compinit
compinit -u -D
source ${quoted(script)}
zstyle ':completion:*' insert-tab false
bindkey '^I' complete-word
leave() { exit }
comppostfuncs=( leave )
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then
    builtin compadd "$@"
    return $?
  fi
  typeset -a found
  builtin compadd -A found "$@"
  print -rl -- $found >> ${quoted(hits)}
  builtin compadd "$@"
}
print ready
`;
}
