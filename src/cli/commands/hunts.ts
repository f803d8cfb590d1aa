import { Command, Option } from "commander";
import { type HuntView, type LedgerRow, OUTCOMES } from "../../triage/types.ts";
import { type CaseOptions, withCase, withCaseBook } from "../case-command.ts";
import { offerChoices } from "../choices.ts";
import { type CliIo, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";
import { renderTable } from "../table.ts";
import { collect, parseChoice, parseCount } from "../values.ts";

interface HuntsOptions extends CaseOptions {
  readonly json?: boolean;
  readonly outcome?: string[];
}

/** `eqlite hunts [HUNT|last]`: the hunts of a case, or the ledger of one. */
export function huntsCommand(io: CliIo): Command {
  return withCase(new Command("hunts").description("the hunts of a case, or the ledger of one: how each rule ended"))
    .argument("[hunt]", "number of a hunt, or last")
    .addOption(
      offerChoices(
        new Option("--outcome <outcome>", "only rules that ended so (repeatable)").argParser(collect),
        OUTCOMES,
      ),
    )
    .option("--json", "as JSON")
    .action(async (hunt: string | undefined, options: HuntsOptions) => {
      const outcomes = (options.outcome ?? []).map((text) => parseChoice("outcome", text, OUTCOMES));
      const width = io.columns;
      const text = await withCaseBook(io, options, "read", (book) => {
        if (hunt === undefined && outcomes.length === 0) {
          const hunts = book.hunts();
          return options.json === true ? jsonText(hunts) : renderHunts(hunts, width);
        }
        const wanted = hunt === undefined || hunt === "last" ? undefined : parseCount("hunt", hunt, 1);
        const rows = book.ledger(wanted).filter((row) => outcomes.length === 0 || outcomes.includes(row.outcome));
        return options.json === true ? jsonText(rows) : renderLedger(rows, width);
      });
      await writeOut(io.stdout, text);
    });
}

function renderHunts(hunts: readonly HuntView[], width: number | null): string {
  const numbers = ["events", ...OUTCOMES, "new", "unchanged", "gone"];
  return renderTable(
    [
      { title: "#", align: "right" },
      { title: "started" },
      { title: "status" },
      { title: "analyst", shrinkTo: 6 },
      ...numbers.map((title) => ({ title, align: "right" as const })),
    ],
    hunts.map((hunt) => [
      String(hunt.id),
      hunt.startedAt,
      hunt.status,
      hunt.analyst ?? "",
      ...[hunt.events, ...OUTCOMES.map((outcome) => hunt.outcomes[outcome]), hunt.fresh, hunt.unchanged, hunt.gone].map(
        String,
      ),
    ]),
    width,
  );
}

function renderLedger(rows: readonly LedgerRow[], width: number | null): string {
  return renderTable(
    [
      { title: "outcome" },
      { title: "findings", align: "right" },
      { title: "ms", align: "right" },
      { title: "rule", shrinkTo: 20 },
      { title: "reason", shrinkTo: 20 },
    ],
    rows.map((row) => [row.outcome, String(row.findings), row.ms.toFixed(1), row.name, row.reason ?? ""]),
    width,
  );
}
