import { describe, expect, it } from "vitest";
import { en as core } from "./en";
import { studioEn } from "./studio.en";
import { studioZh } from "./studio.zh";
import { allTerms } from "./terms";
import { zh as coreZh } from "./zh";

// The studio brings its words when it is opened (features/studio/words.ts).
const en = { ...core, ...studioEn };
const zh = { ...coreZh, ...studioZh };

type Tree = { readonly [key: string]: string | Tree };

function flat(tree: Tree, path = ""): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const name = path ? `${path}.${key}` : key;
    if (typeof value === "string") out.set(name, value);
    else for (const [inner, text] of flat(value, name)) out.set(inner, text);
  }
  return out;
}

const chinese = flat(zh);
const english = flat(en);
const han = /\p{Script=Han}/u;
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

// Words that are the same in both languages, or hold only a placeholder and a unit.
const bothLanguages = new Set(["gate.join", "studio.text", "studio.yaml", "try.colon"]);

describe("the two languages", () => {
  it("have the same keys", () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });

  it("have the same placeholders", () => {
    for (const [key, text] of chinese) expect(placeholders(english.get(key) ?? ""), key).toEqual(placeholders(text));
  });

  it("leave nothing empty", () => {
    for (const map of [chinese, english]) for (const [key, text] of map) expect(text.trim(), key).not.toBe("");
  });

  it("keep Chinese out of English and English out of Chinese", () => {
    for (const [key, text] of english) expect(han.test(text), `${key}: ${text}`).toBe(false);
    for (const [key, text] of chinese) if (!bothLanguages.has(key)) expect(han.test(text), `${key}: ${text}`).toBe(true);
  });

  it("use full-width punctuation after Chinese characters", () => {
    for (const [key, text] of chinese) expect(/\p{Script=Han}[,;:!?]/u.test(text), `${key}: ${text}`).toBe(false);
  });

  it("avoid the words that must not be used", () => {
    const avoid = [/\bagents?\b/i, /guaranteed/i, /risk-free/i, /客户问题/, /零风险/, /稳赚/, /保本/, /老赖/];
    for (const map of [chinese, english]) {
      for (const [key, text] of map) for (const word of avoid) expect(word.test(text), `${key}: ${text}`).toBe(false);
    }
  });

  it("name every term in both languages", () => {
    for (const terms of allTerms) {
      for (const [code, [zhWord, enWord]] of Object.entries(terms)) {
        expect(han.test(zhWord), code).toBe(true);
        expect(enWord !== "" && !han.test(enWord), code).toBe(true);
      }
    }
  });
});

describe("the sources", () => {
  const files = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.*", "!../test/**", "!../i18n/**", "!../widget/**", "!../chatpage/**"], {
    query: "?raw",
    import: "default",
    eager: true,
  });

  const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "").replace(/\s\/\/\s.*$/gm, "");

  it("hold no Chinese text outside the dictionaries", () => {
    for (const [path, text] of Object.entries(files)) expect(code(text).match(/.*\p{Script=Han}.*/u)?.[0] ?? "", path).toBe("");
  });

  it("ask only for keys that exist", () => {
    const prefixes = new Set([...chinese.keys()]);
    for (const [path, text] of Object.entries(files)) {
      for (const match of code(text).matchAll(/\bt\("([\w.]+)"/g)) expect(prefixes.has(match[1] ?? ""), `${path}: ${match[1]}`).toBe(true);
    }
  });

  it("build keys only within groups that exist", () => {
    const keys = [...chinese.keys()];
    for (const [path, text] of Object.entries(files)) {
      for (const match of code(text).matchAll(/\bt\(`([\w.]+)\$\{/g)) expect(keys.some((key) => key.startsWith(match[1] ?? "-")), `${path}: ${match[1]}`).toBe(true);
    }
  });

  it("name no key that is missing, wherever it is chosen", () => {
    // Words with a dot that are not ours: types of events.
    const others = new Set(["flow.action", "wrapup.saved", "customer.snapshot"]);
    const groups = new Set([...chinese.keys()].map((key) => key.split(".")[0]));
    for (const [path, text] of Object.entries(files)) {
      for (const match of code(text).matchAll(/"([a-z]\w*)((?:\.\w+)+)"/g)) {
        const key = `${match[1]}${match[2]}`;
        if (groups.has(match[1] ?? "") && !others.has(key)) expect(chinese.has(key), `${path}: ${key}`).toBe(true);
      }
    }
  });

  it("use every key", () => {
    const all = Object.values(files).map(code).join("\n");
    const unused = [...chinese.keys()].filter((key) => {
      if (all.includes(`"${key}"`)) return false;
      // Keys built at run time: t(`kind.${kind}`) uses the whole group.
      const group = key.slice(0, key.lastIndexOf("."));
      return !all.includes(`\`${group}.$`);
    });
    expect(unused).toEqual([]);
  });
});
