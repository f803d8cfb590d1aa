// Writes sbom.cdx.json: the packages that an installation of eqlite brings, from the lock file alone (no network).
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";

const root = path.dirname(import.meta.dirname);
const text = execFileSync(
  "npm",
  ["sbom", "--package-lock-only", "--omit", "dev", "--sbom-format", "cyclonedx", "--sbom-type", "application"],
  { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 26 },
);
const bom = JSON.parse(text);
// What differs from run to run or from machine to machine would make every file look changed.
delete bom.serialNumber;
delete bom.metadata.timestamp;
delete bom.metadata.tools;
bom.metadata.component.name = "eqlite";
writeFileSync(path.join(root, "sbom.cdx.json"), `${JSON.stringify(bom, null, 2)}\n`);
