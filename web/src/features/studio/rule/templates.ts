// What a new rule begins with. The texts come from the dictionaries, so that both languages are there from the start.
export const templateNames = ["forbidden", "after", "obliged", "parts", "often"] as const;
export type TemplateName = (typeof templateNames)[number];

interface Words {
  zh: (key: "rule.newName" | "rule.newWording" | "cond.example" | "rule.newSource" | "rule.part") => string;
  en: (key: "rule.newName" | "rule.newWording" | "cond.example" | "rule.newSource" | "rule.part") => string;
}

export function ruleTemplates(name: TemplateName, id: string, today: string, words: Words): string {
  const phrase = words.zh("cond.example");
  const said = `rep|bot says "${phrase}" unless negated, reported, question`;
  const part = words.zh("rule.part");
  const trigger: Record<TemplateName, string[]> = {
    forbidden: [`when: ${said}`],
    after: [`after: customer says "${phrase}"`, "within: 3 turns", `when: ${said}`],
    obliged: [`after: customer says "${phrase}"`, `require: rep|bot says "${phrase}"`, "by: 2 turns or end"],
    parts: [`after: customer says "${phrase}"`, "require:", "  all:", `    - {name: ${part} 1, when: 'rep|bot says "${phrase}"'}`, `    - {name: ${part} 2, when: 'rep|bot says "${phrase}"'}`, "by: end"],
    often: [`when: ${said}`, "count: 3"],
  };
  return `${[
    `id: ${id}`,
    `name: {zh: ${words.zh("rule.newName")}, en: ${words.en("rule.newName")}}`,
    "severity: normal",
    ...trigger[name],
    "wording:",
    `  zh: ${words.zh("rule.newWording")}`,
    `  en: ${words.en("rule.newWording")}`,
    `source: {title: ${words.zh("rule.newSource")}, clause: '1'}`,
    `from: ${today}`,
    "to: null",
  ].join("\n")}\n`;
}
