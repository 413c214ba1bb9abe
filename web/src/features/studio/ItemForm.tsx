import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ContentKind } from "../../api/types";
import styles from "./studio.module.css";
import { count, has, isLocalized, listOf, localizedOf, textOf, withFact, withList, withLocalized, withoutEntry, withText, type ItemText, type Path } from "./yamlItem";

interface FormProps {
  kind: ContentKind;
  item: ItemText;
  onChange: (text: string) => void;
  /** The field that has the focus, so that the text lights its line. */
  onFocus: (path: Path | null) => void;
}

type FieldLabel =
  | "title" | "name" | "variants" | "answer" | "say" | "facts" | "topics" | "flow" | "audience" | "channels" | "source" | "clause" | "from" | "to"
  | "severity" | "card" | "applies" | "after" | "when" | "require" | "by" | "warn" | "wording" | "advice" | "cooldown" | "phrases" | "note" | "text"
  | "code" | "aliases" | "risk" | "class" | "zh" | "en";

type Spec =
  | { type: "localized" | "localizedLines" | "lines" | "text" | "long" | "condition"; path: Path; label: FieldLabel; optional?: boolean }
  | { type: "choice"; path: Path; label: FieldLabel; options: "severity" | "audience" | "card"; optional?: boolean }
  | { type: "facts"; path: Path; label: FieldLabel };

const source: Spec[] = [
  { type: "text", path: ["source", "title"], label: "source", optional: true },
  { type: "text", path: ["source", "clause"], label: "clause", optional: true },
  { type: "text", path: ["from"], label: "from" },
  { type: "text", path: ["to"], label: "to", optional: true },
];

/** The main fields of each kind, in the order in which one thinks of them. Everything else is edited as text. */
const specs: Partial<Record<ContentKind, Spec[]>> = {
  article: [
    { type: "localized", path: ["title"], label: "title" },
    { type: "localized", path: ["say"], label: "say" },
    { type: "localized", path: ["answer"], label: "answer" },
    { type: "localizedLines", path: ["variants"], label: "variants" },
    { type: "facts", path: ["facts"], label: "facts" },
    { type: "lines", path: ["topics"], label: "topics" },
    { type: "text", path: ["flow"], label: "flow", optional: true },
    { type: "choice", path: ["audience"], label: "audience", options: "audience" },
    ...source,
  ],
  rule: [
    { type: "localized", path: ["name"], label: "name" },
    { type: "choice", path: ["severity"], label: "severity", options: "severity" },
    { type: "condition", path: ["when"], label: "when", optional: true },
    { type: "condition", path: ["after"], label: "after", optional: true },
    { type: "condition", path: ["require"], label: "require", optional: true },
    { type: "condition", path: ["by"], label: "by", optional: true },
    { type: "condition", path: ["applies"], label: "applies", optional: true },
    { type: "localized", path: ["wording"], label: "wording" },
    { type: "localized", path: ["advice"], label: "advice", optional: true },
    { type: "choice", path: ["card"], label: "card", options: "card", optional: true },
    { type: "text", path: ["cooldown"], label: "cooldown", optional: true },
    ...source,
  ],
  class: [
    { type: "text", path: ["note"], label: "note", optional: true },
    { type: "lines", path: ["phrases"], label: "phrases" },
  ],
  announcement: [
    { type: "localized", path: ["title"], label: "title" },
    { type: "localized", path: ["text"], label: "text" },
    { type: "condition", path: ["when"], label: "when", optional: true },
    ...source,
  ],
  product: [
    { type: "localized", path: ["name"], label: "name" },
    { type: "lines", path: ["aliases"], label: "aliases" },
    { type: "text", path: ["class"], label: "class" },
    { type: "text", path: ["risk"], label: "risk", optional: true },
  ],
  leaf: [
    { type: "text", path: ["zh"], label: "zh" },
    { type: "text", path: ["en"], label: "en" },
    { type: "condition", path: ["cues"], label: "when", optional: true },
    { type: "lines", path: ["synonyms"], label: "aliases" },
  ],
};

export function hasForm(kind: ContentKind): boolean {
  return specs[kind] !== undefined;
}

export function ItemForm({ kind, item, onChange, onFocus }: FormProps) {
  const fields = specs[kind] ?? [];
  // What an item does not have and need not have stays out of the way, except the usual optional ones.
  const shown = fields.filter((spec) => !("optional" in spec && spec.optional) || has(item, spec.path) || ["to", "flow", "advice", "cooldown"].includes(spec.label));
  return (
    <form className={styles.form} onSubmit={(event) => event.preventDefault()}>
      {shown.map((spec) => (
        <Field key={spec.path.join(".")} spec={spec} item={item} onChange={onChange} onFocus={onFocus} />
      ))}
    </form>
  );
}

function Field({ spec, item, onChange, onFocus }: Omit<FormProps, "kind"> & { spec: Spec }) {
  const { t } = useTranslation();
  const id = `f-${spec.path.join("-")}`;
  const focus = { onFocus: () => onFocus(spec.path), onBlur: () => onFocus(null) };
  const common = { id, item, onChange, focus };
  return (
    <div className={styles.formField}>
      <label htmlFor={id}>{t(`studio.field.${spec.label}`)}</label>
      <div className={styles.formControl}>{control(spec, common, t)}</div>
    </div>
  );
}

interface Common {
  id: string;
  item: ItemText;
  onChange: (text: string) => void;
  focus: { onFocus: () => void; onBlur: () => void };
}

type T = ReturnType<typeof useTranslation>["t"];

function control(spec: Spec, common: Common, t: T): ReactNode {
  const { id, item, onChange, focus } = common;
  switch (spec.type) {
    case "text":
      return <Input id={id} value={plain(textOf(item, spec.path))} onChange={(event) => onChange(withText(item, spec.path, event.target.value, spec.optional))} {...focus} />;
    case "long":
      return <Input.TextArea id={id} autoSize value={textOf(item, spec.path)} onChange={(event) => onChange(withText(item, spec.path, event.target.value, spec.optional))} {...focus} />;
    case "condition":
      return <Condition {...common} path={spec.path} optional={spec.optional ?? false} />;
    case "localized":
      return <Localized {...common} path={spec.path} />;
    case "lines":
      return <Lines id={id} values={listOf(item, spec.path)} onChange={(values) => onChange(withList(item, spec.path, values))} focus={focus} />;
    case "localizedLines":
      return <LocalizedLines {...common} path={spec.path} />;
    case "choice":
      return <Choice {...common} path={spec.path} options={spec.options} t={t} />;
    case "facts":
      return <Facts {...common} path={spec.path} />;
  }
}

const plain = (value: string) => (value === "null" || value === "~" ? "" : value);

/** A condition that is one line of text; a structured one (all: …) is edited in the text. */
function Condition({ id, item, onChange, focus, path, optional }: Common & { path: Path; optional: boolean }) {
  const structured = count(item, path) > 0;
  const { t } = useTranslation();
  if (structured) return <p className={styles.hint}>{t("studio.noForm")}</p>;
  return (
    <Input.TextArea
      id={id}
      className={styles.mono}
      autoSize={{ minRows: 1, maxRows: 8 }}
      value={textOf(item, path)}
      spellCheck={false}
      onChange={(event) => onChange(withText(item, path, event.target.value.replaceAll("\n", " "), optional))}
      {...focus}
    />
  );
}

function Localized({ id, item, onChange, focus, path }: Common & { path: Path }) {
  const { t } = useTranslation();
  return (
    <>
      {(["zh", "en"] as const).map((lang) => (
        <div key={lang} className={styles.localized}>
          <span aria-hidden="true">{lang === "zh" ? "ZH" : "EN"}</span>
          <Input.TextArea
            id={lang === "zh" ? id : `${id}-en`}
            aria-label={lang === "en" ? t("studio.field.en") : undefined}
            autoSize={{ minRows: 1, maxRows: 6 }}
            value={localizedOf(item, path, lang)}
            onChange={(event) => onChange(withLocalized(item, path, lang, event.target.value))}
            {...focus}
          />
        </div>
      ))}
    </>
  );
}

/** One value a line. What is being typed stays as typed; the item gets the lines that say something. */
function Lines({ id, values, onChange, focus, label }: { id: string; values: string[]; onChange: (values: string[]) => void; focus: Common["focus"]; label?: string }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string | null>(null);
  const kept = values.join("\n");
  const clean = (text: string) => text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const shown = typed !== null && clean(typed).join("\n") === kept ? typed : kept;
  return (
    <Input.TextArea
      id={id}
      aria-label={label}
      autoSize={{ minRows: 1, maxRows: 12 }}
      value={shown}
      placeholder={t("studio.field.perLine")}
      onChange={(event) => {
        setTyped(event.target.value);
        const next = clean(event.target.value);
        if (next.join("\n") !== kept) onChange(next);
      }}
      {...focus}
    />
  );
}

function LocalizedLines({ id, item, onChange, focus, path }: Common & { path: Path }) {
  const { t } = useTranslation();
  if (!isLocalized(item, path)) return <Lines id={id} values={listOf(item, path)} onChange={(values) => onChange(withList(item, path, values))} focus={focus} />;
  return (
    <>
      {(["zh", "en"] as const).map((lang) => (
        <div key={lang} className={styles.localized}>
          <span aria-hidden="true">{lang === "zh" ? "ZH" : "EN"}</span>
          <Lines
            id={lang === "zh" ? id : `${id}-en`}
            {...(lang === "en" ? { label: t("studio.field.en") } : {})}
            values={listOf(item, [...path, lang])}
            onChange={(values) => onChange(withList(item, [...path, lang], values))}
            focus={focus}
          />
        </div>
      ))}
    </>
  );
}

function Choice({ id, item, onChange, path, options, t }: Common & { path: Path; options: "severity" | "audience" | "card"; t: T }) {
  const choices = {
    severity: (["major", "normal", "hint"] as const).map((value) => ({ value: value as string, label: t(`severity.${value}`) })),
    audience: [
      { value: "customer", label: t("studio.field.customerAudience") },
      { value: "internal", label: t("studio.field.internalAudience") },
    ],
    card: (["prompt", "violation", "fraud"] as const).map((value) => ({ value: value as string, label: t(`kind.${value}`) })),
  }[options];
  return <Select<string> id={id} value={textOf(item, path) || (options === "audience" ? "customer" : undefined)} options={choices} onChange={(value: string) => onChange(withText(item, path, value))} />;
}

function Facts({ item, onChange, focus, path }: Common & { path: Path }) {
  const { t } = useTranslation();
  const rows = Array.from({ length: count(item, path) }, (_, index) => index);
  const cell = (index: number, name: "label" | "value") => (
    <Input
      value={localizedOf(item, [...path, index, name], "zh")}
      aria-label={`${t(name === "label" ? "studio.field.factLabel" : "studio.field.factValue")} ${index + 1}`}
      onChange={(event) => onChange(withLocalized(item, [...path, index, name], "zh", event.target.value))}
      {...focus}
    />
  );
  return (
    <div className={styles.facts}>
      {rows.map((index) => (
        <div key={index} className={styles.fact}>
          {cell(index, "label")}
          {cell(index, "value")}
          <Button type="text" icon={<DeleteOutlined aria-hidden="true" />} aria-label={`${t("sample.remove")} ${index + 1}`} onClick={() => onChange(withoutEntry(item, path, index))} />
        </div>
      ))}
      {rows.length < 3 ? (
        <Button size="small" type="dashed" icon={<PlusOutlined aria-hidden="true" />} onClick={() => onChange(withFact(item, path))}>
          {t("studio.field.addLine")}
        </Button>
      ) : null}
    </div>
  );
}
