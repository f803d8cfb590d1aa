import { Command } from "commander";
import { EXIT, UserError } from "../../base/errors.ts";
import { safeText } from "../../base/safe-text.ts";
import { isoTime } from "../../base/time-text.ts";
import type { TreeNode } from "../../triage/types.ts";
import { type CaseOptions, withCase, withTriage } from "../case-command.ts";
import { type CliIo, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";
import { parseCount } from "../values.ts";

/** `eqlite tree FINDING|--entity ID`: ancestors and descendants of a process. */
export function treeCommand(io: CliIo): Command {
  return withCase(new Command("tree").description("the process tree around a finding or an entity"))
    .argument("[finding]", "number of a finding")
    .option("--entity <id>", "a process.entity_id instead")
    .option("--json", "as JSON")
    .action(async (finding: string | undefined, options: CaseOptions & { entity?: string; json?: boolean }) => {
      if ((finding === undefined) === (options.entity === undefined)) {
        throw new UserError("no-entity", "name a finding, or an entity with --entity", { exitCode: EXIT.usage });
      }
      const id = finding === undefined ? null : parseCount("finding", finding, 1);
      const root = await withTriage(io, options, async (service) => {
        const entity = id === null ? options.entity : (await service.finding(id)).row.entity;
        return entity === undefined || entity === null ? null : service.tree(entity);
      });
      if (root === null) {
        throw new UserError("no-tree", "no event tells of that process", {
          hint: "a tree needs process.entity_id and process.parent.entity_id",
        });
      }
      await writeOut(io.stdout, options.json === true ? jsonText(root) : render(root, "", ""));
    });
}

function render(node: TreeNode, lead: string, indent: string): string {
  const facts = [
    node.start === null ? "" : isoTime(node.start),
    node.user ?? "",
    node.network > 0 ? `${node.network} network` : "",
    node.files > 0 ? `${node.files} file` : "",
    node.findings.length > 0 ? `findings ${node.findings.join(", ")}` : "",
  ].filter((fact) => fact !== "");
  const name = node.commandLine ?? node.name ?? node.executable ?? node.entity;
  const own = `${lead}${node.focus ? "* " : ""}${safeText(name)}${facts.length === 0 ? "" : `  [${safeText(facts.join("; "))}]`}\n`;
  const more = node.hiddenChildren === 0 ? "" : `${indent}└─ ${node.hiddenChildren} more\n`;
  const below = node.children.map((child, index) => {
    const last = index === node.children.length - 1 && more === "";
    return render(child, `${indent}${last ? "└─ " : "├─ "}`, `${indent}${last ? "   " : "│  "}`);
  });
  return own + below.join("") + more;
}
