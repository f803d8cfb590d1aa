import { catalogueField } from "../ecs/catalogue.ts";

/** First segments of the field names of ECS and of the integrations whose events rules are written for. */
const ROOTS: ReadonlySet<string> = new Set(
  (
    "@timestamp agent as auditd aws azure beat client cloud container cyberarkpas data_stream destination device dll dns " +
    "ecs email endgame endpoint entityanalytics_entra_id entity error event faas file fortinet gcp gen_ai github " +
    "google_workspace group hash host http jamf_protect kibana kubernetes labels log message ml ml_is_dga network " +
    "network_traffic o365 observer okta orchestrator organization osquery package panw pe powershell problemchild process " +
    "registry related rule server service signal slack snyk source span ssh sysmon tags Target tcp threat tls trace " +
    "transaction udp url user user_agent volume vulnerability winlog zoom Effective_process Memory_protection Persistence " +
    "Ransomware beaconing beacon_stats dga lolbin"
  ).split(" "),
);

const FIELD = /^[@A-Za-z_][\w@-]*(?:\.[\w@-]+)*(?:\.\*)?(?=$|\s*[=!<>:]|\s+(?:in|like|is|not)\b)/;

/** Roots that alone are a field. */
const WHOLE: ReadonlySet<string> = new Set(["@timestamp", "message", "tags", "labels"]);

/**
 * Event fields named by a piece of code of a guide: `process.args`, `event.outcome:failure`,
 * `user.name, user.id`. File names and commands are not fields: a field begins with a known first segment.
 */
export function fieldsOfCode(code: string): readonly string[] {
  return code.split(/\s*[,/|]\s*(?=[@A-Za-z_])/).flatMap((part) => {
    const field = FIELD.exec(part.trim())?.[0].replace(/\.\*$/, "");
    if (field === undefined) return [];
    return isFieldName(field) ? [field] : [];
  });
}

const DOTTED = /(?<![\w@./\\-])[A-Za-z_]\w*(?:\.\w+)+(?![\w/\\-])/g;

/** Event fields named in running text without back-ticks: only those the catalogue knows. */
export function fieldsOfProse(text: string): readonly string[] {
  return (text.match(DOTTED) ?? []).filter((name) => catalogueField(name)?.object === false);
}

function isFieldName(name: string): boolean {
  const dot = name.indexOf(".");
  return dot < 0 ? WHOLE.has(name) : ROOTS.has(name.slice(0, dot));
}
