// What a rule can hold (docs/formats/pack.md, "Rules"): which control shows it, and the order in which authors write it.
import type { Path } from "../yamlItem";

export type RuleKey =
  | "name" | "severity" | "card" | "applies" | "after" | "within" | "same" | "until" | "count" | "each" | "when" | "require" | "by" | "since" | "once"
  | "restart" | "warn" | "cooldown" | "score" | "alert" | "tags" | "need" | "closes" | "escalate" | "gate" | "alternative" | "wording" | "advice"
  | "source" | "clause" | "sourceNote" | "from" | "to" | "note" | "slug";

export type FieldType = "localized" | "long" | "text" | "choice" | "flag" | "number" | "amount" | "deadline" | "condition" | "list" | "date" | "fragment";

export interface RuleField {
  key: RuleKey;
  path: Path;
  type: FieldType;
}

const field = (key: RuleKey, type: FieldType, path: Path = [key]): RuleField => ({ key, type, path });

export const ruleFields: readonly RuleField[] = [
  field("name", "localized"),
  field("severity", "choice"),
  field("card", "choice"),
  field("applies", "condition"),
  field("after", "condition"),
  field("within", "amount"),
  field("same", "flag"),
  field("until", "condition"),
  field("count", "number"),
  field("each", "text"),
  field("when", "condition"),
  field("require", "condition"),
  field("by", "deadline"),
  field("since", "choice"),
  field("once", "flag"),
  field("restart", "flag"),
  field("warn", "condition"),
  field("wording", "localized"),
  field("advice", "localized"),
  field("gate", "choice"),
  field("alternative", "localized"),
  field("cooldown", "amount"),
  field("score", "number"),
  field("alert", "choice"),
  field("tags", "list"),
  field("need", "localized"),
  field("closes", "list"),
  field("escalate", "fragment"),
  field("source", "text", ["source", "title"]),
  field("clause", "text", ["source", "clause"]),
  field("sourceNote", "text", ["source", "note"]),
  field("from", "date"),
  field("to", "date"),
  field("note", "long"),
  field("slug", "text"),
];

/** The order of keys in a rule as the packs write it: where a new key goes. */
export const ruleOrder: readonly string[] = [
  "id", "slug", "name", "severity", "card", "applies", "note", "after", "within", "same", "until", "count", "each", "when", "require", "by", "since", "once",
  "restart", "warn", "wording", "advice", "gate", "alternative", "cooldown", "score", "alert", "tags", "need", "closes", "escalate", "source", "from", "to",
];

export const choices = {
  severity: ["major", "normal", "hint"],
  card: ["prompt", "violation", "fraud"],
  since: ["start", "after"],
  alert: ["none", "supervisor"],
  gate: ["block", "confirm"],
} as const;
