// The form of a rule: everything a rule can hold, grouped as one thinks of it. What a rule does not have stays behind
// «more», so that a simple rule looks simple.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Dropdown, Input, Segmented } from "antd";
import { useId, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CheckResult } from "../../../api/types";
import { alternativesOf, amountText, readAmount, units, type Unit } from "./amount";
import { ConditionEditor, ConditionScope, starterText } from "../condition/ConditionEditor";
import styles from "../studio.module.css";
import {
  conditionOf, count, fragmentOf, has, isLocalized, keysOf, linesOfField, listOf, localizedOf, textOf, withCondition, withDate, withEntry, withKey, withList, withLocalized, withPlain, withText,
  withoutEntry, withoutKey, type ItemText, type Path,
} from "../yamlItem";
import { choices, ruleFields, ruleOrder, type RuleField, type RuleKey } from "./fields";
import { parse } from "yaml";

interface RuleFormProps {
  item: ItemText;
  onChange: (text: string) => void;
  onFocus: (path: Path | null) => void;
  errors: CheckResult["errors"];
}

const sections = [
  { name: "what", keys: ["name", "severity", "card", "note", "slug"] },
  { name: "trigger", keys: ["applies", "after", "within", "same", "until", "count", "each", "when", "require", "by", "since", "once", "restart", "warn"] },
  { name: "say", keys: ["wording", "advice"] },
  { name: "effect", keys: ["gate", "alternative", "cooldown", "score", "alert", "tags", "need", "closes", "escalate"] },
  { name: "source", keys: ["source", "clause", "sourceNote", "from", "to"] },
] as const satisfies readonly { name: string; keys: readonly RuleKey[] }[];

// Shown even where the rule has none yet.
const always = new Set<RuleKey>(["name", "severity", "when", "require", "by", "wording", "advice", "source", "clause", "from", "to"]);
// A rule has one of the two forms.
const obligedOnly = new Set<RuleKey>(["require", "by", "since", "once", "restart", "warn"]);

export function RuleForm({ item, onChange, onFocus, errors }: RuleFormProps) {
  const { t } = useTranslation();
  const obliged = has(item, ["require"]);
  const fieldOf = (key: RuleKey) => ruleFields.find((field) => field.key === key) as RuleField;
  const wanted = (key: RuleKey) => (key === "when" ? !obliged || has(item, ["when"]) : obligedOnly.has(key) ? obliged || has(item, fieldOf(key).path) : true);
  const unknown = keysOf(item, []).filter((key) => key !== "id" && !ruleFields.some((field) => field.path[0] === key));
  const context = { item, onChange, onFocus, errors };
  return (
    <ConditionScope>
      <form className={styles.form} onSubmit={(event) => event.preventDefault()} data-rule-form="">
        {sections.map((section) => {
          const shown = section.keys.filter((key) => wanted(key) && (always.has(key) || has(item, fieldOf(key).path)));
          const more = section.keys.filter((key) => wanted(key) && !shown.includes(key as never));
          return (
            <fieldset key={section.name} className={styles.section}>
              <legend>{t(`rule.section.${section.name}`)}</legend>
              {section.name === "trigger" ? <FormSwitch item={item} obliged={obliged} onChange={onChange} /> : null}
              {shown.map((key) => (
                <Row key={key} field={fieldOf(key)} {...context} />
              ))}
              {more.length > 0 ? <More keys={more} onAdd={(key) => onChange(added(item, fieldOf(key), t("cond.example")))} /> : null}
            </fieldset>
          );
        })}
        {unknown.length > 0 ? (
          <fieldset className={styles.section}>
            <legend>{t("rule.section.other")}</legend>
            {unknown.map((key) => (
              <FieldBox key={key} label={key} path={[key]} {...context}>
                {(id) => <Fragment id={id} item={item} path={[key]} onChange={onChange} />}
              </FieldBox>
            ))}
          </fieldset>
        ) : null}
      </form>
    </ConditionScope>
  );
}

function More({ keys, onAdd }: { keys: readonly RuleKey[]; onAdd: (key: RuleKey) => void }) {
  const { t } = useTranslation();
  return (
    <Dropdown trigger={["click"]} menu={{ items: keys.map((key) => ({ key, label: t(`rule.field.${key}`) })), onClick: ({ key }) => onAdd(key as RuleKey) }}>
      <Button size="small" type="text" className={styles.moreButton} icon={<PlusOutlined aria-hidden="true" />}>
        {t("rule.more")}
      </Button>
    </Dropdown>
  );
}

// What a field begins with when somebody asks for it.
function added(item: ItemText, field: RuleField, example: string): string {
  switch (field.type) {
    case "condition":
      return withCondition(item, field.path, starterText(field.key === "applies" ? "compare" : "says", example), false, ruleOrder);
    case "localized":
      return withKey(item, field.path, { zh: example, en: "…" }, ruleOrder);
    case "flag":
      return withPlain(item, field.path, field.key !== "once", ruleOrder);
    case "number":
      return withPlain(item, field.path, field.key === "score" ? -5 : 3, ruleOrder);
    case "amount":
      return withText(item, field.path, "3 turns", false, ruleOrder);
    case "deadline":
      return withText(item, field.path, "2 turns or end", false, ruleOrder);
    case "list":
      return withKey(item, field.path, [example], ruleOrder);
    case "choice":
      return withText(item, field.path, choices[field.key as keyof typeof choices][0], false, ruleOrder);
    case "date":
      return withDate(item, field.path, "", ruleOrder);
    case "fragment":
      return withKey(item, field.path, { after: 2, severity: "major" }, ruleOrder);
    default:
      return withText(item, field.path, example, false, ruleOrder);
  }
}

/** Forbidden or obliged: the words that would break it, or the words that are owed. */
function FormSwitch({ item, obliged, onChange }: { item: ItemText; obliged: boolean; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  const change = (next: boolean) => {
    if (next === obliged) return;
    const from = next ? "when" : "require";
    const structured = count(item, [from]) > 0;
    const condition = (structured ? conditionOf(item, [from, "all", 0, "when"]) : conditionOf(item, [from])) || starterText("says", t("cond.example"));
    let text = has(item, [from]) ? withoutKey(item, [from]) : item.text;
    const step = (write: (now: ItemText) => string) => (text = write(item.read(text)));
    if (!next) for (const key of ["by", "since", "once", "restart", "warn"]) step((now) => (has(now, [key]) ? withoutKey(now, [key]) : now.text));
    step((now) => withCondition(now, [next ? "require" : "when"], condition, false, ruleOrder));
    if (next) step((now) => (has(now, ["by"]) ? now.text : withText(now, ["by"], "2 turns or end", false, ruleOrder)));
    onChange(text);
  };
  return (
    <Segmented
      size="small"
      value={obliged ? "obliged" : "forbidden"}
      onChange={(value) => change(value === "obliged")}
      options={[
        { value: "forbidden", label: t("rule.forbidden") },
        { value: "obliged", label: t("rule.obliged") },
      ]}
    />
  );
}

type Context = Pick<RuleFormProps, "item" | "onChange" | "onFocus" | "errors">;

function FieldBox({ label, path, item, onFocus, errors, children, onRemove }: Context & { label: string; path: Path; children: (id: string) => ReactNode; onRemove?: (() => void) | undefined }) {
  const { t } = useTranslation();
  const id = useId();
  const lines = linesOfField(item, path);
  const mine = lines ? errors.filter((error) => error.line >= lines[0] && error.line <= lines[1]) : [];
  return (
    <div className={styles.formField} onFocusCapture={() => onFocus(path)} onBlurCapture={() => onFocus(null)} data-field={path.join(".")} data-invalid={mine.length > 0 ? "" : undefined}>
      <label htmlFor={id}>
        {label}
        {onRemove ? (
          <button type="button" className={styles.dropField} aria-label={`${t("rule.drop")}: ${label}`} title={t("rule.drop")} onClick={onRemove}>
            <DeleteOutlined aria-hidden="true" />
          </button>
        ) : null}
      </label>
      <div className={styles.formControl}>
        {children(id)}
        {mine.map((error, index) => (
          <p key={index} className={styles.fieldError} role="alert">
            {t("studio.line", { line: error.line })} {error.message}
          </p>
        ))}
      </div>
    </div>
  );
}

function Row({ field, ...context }: Context & { field: RuleField }) {
  const { t } = useTranslation();
  const { item, onChange } = context;
  const label = t(`rule.field.${field.key}`);
  const removable = !always.has(field.key) && has(item, field.path);
  return (
    <FieldBox label={label} path={field.path} {...context} onRemove={removable ? () => onChange(withoutKey(item, field.path)) : undefined}>
      {(id) => <Control id={id} label={label} field={field} item={item} onChange={onChange} />}
    </FieldBox>
  );
}

interface ControlProps {
  id: string;
  label: string;
  field: RuleField;
  item: ItemText;
  onChange: (text: string) => void;
}

function Control({ id, label, field, item, onChange }: ControlProps) {
  const { t } = useTranslation();
  const { path } = field;
  switch (field.type) {
    case "localized":
      return <Localized id={id} item={item} path={path} onChange={onChange} />;
    case "text":
    case "long":
      return <Input.TextArea id={id} autoSize={{ minRows: 1, maxRows: 6 }} value={textOf(item, path)} onChange={(event) => onChange(withText(item, path, event.target.value.replaceAll("\n", " "), true, ruleOrder))} />;
    case "choice":
      return <Choice id={id} field={field} item={item} onChange={onChange} />;
    case "flag":
      return (
        <label className={styles.flag}>
          <input id={id} type="checkbox" checked={textOf(item, path) === "true"} onChange={(event) => onChange(withPlain(item, path, event.target.checked, ruleOrder))} /> {t(`rule.hint.${field.key as "same"}`)}
        </label>
      );
    case "number":
      return <input id={id} type="number" className={styles.number} value={textOf(item, path)} onChange={(event) => event.target.value !== "" && onChange(withPlain(item, path, Number(event.target.value), ruleOrder))} />;
    case "amount":
      return <Amount id={id} label={label} value={textOf(item, path)} onChange={(value) => onChange(withText(item, path, value, false, ruleOrder))} />;
    case "deadline":
      return <DeadlineField label={label} value={textOf(item, path)} onChange={(value) => onChange(withText(item, path, value, false, ruleOrder))} />;
    case "date":
      return (
        <span className={styles.dateLine}>
          <input id={id} type="date" className={styles.number} value={dateOf(item, path)} onChange={(event) => onChange(withDate(item, path, event.target.value, ruleOrder))} />
          <span className={styles.hint}>{dateOf(item, path) === "" ? t("rule.openEnd") : ""}</span>
        </span>
      );
    case "list":
      return <ListField id={id} values={listOf(item, path)} onChange={(values) => onChange(withList(item, path, values, ruleOrder))} />;
    case "fragment":
      return <Fragment id={id} item={item} path={path} onChange={onChange} />;
    case "condition":
      if (field.key === "require") return <Require id={id} label={label} item={item} onChange={onChange} />;
      if (field.key === "warn") return <Warn id={id} label={label} item={item} onChange={onChange} />;
      return <ConditionEditor id={id} label={label} text={conditionOf(item, path)} onChange={(text) => onChange(withCondition(item, path, text, field.key !== "when", ruleOrder))} />;
  }
}

const dateOf = (item: ItemText, path: Path) => {
  const text = textOf(item, path);
  return text === "null" || text === "~" ? "" : text;
};

function Localized({ id, item, path, onChange }: { id: string; item: ItemText; path: Path; onChange: (text: string) => void }) {
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
            onChange={(event) => onChange(withLocalized(item, path, lang, event.target.value.replaceAll("\n", " "), ruleOrder))}
          />
        </div>
      ))}
      {has(item, path) && !isLocalized(item, path) ? <span className={styles.hint}>{t("rule.chineseOnly")}</span> : null}
    </>
  );
}

function Choice({ id, field, item, onChange }: Omit<ControlProps, "label">) {
  const { t } = useTranslation();
  const key = field.key as keyof typeof choices;
  const value = textOf(item, field.path);
  const words = (one: string) => (key === "severity" ? t(`severity.${one as "major"}`) : key === "card" ? t(`kind.${one as "prompt"}`) : t(`rule.choice.${`${key}_${one}` as "gate_block"}`));
  return (
    <Segmented id={id} size="small" value={value || undefined} onChange={(next) => onChange(withText(item, field.path, String(next), false, ruleOrder))} options={choices[key].map((one) => ({ value: one, label: words(one) }))} />
  );
}

function Amount({ id, label, value, onChange, only }: { id: string; label: string; value: string; onChange: (value: string) => void; only?: readonly Unit[] }) {
  const { t } = useTranslation();
  const amount = readAmount(value);
  if (!amount) return <Input id={id} value={value} onChange={(event) => onChange(event.target.value)} />;
  return (
    <span className={styles.dateLine}>
      <input id={id} type="number" min={0} className={styles.number} value={amount.number} aria-label={label} onChange={(event) => onChange(amountText({ ...amount, number: Number(event.target.value) }))} />
      <select className={styles.select} value={amount.unit} aria-label={`${label} ${t("rule.unit")}`} onChange={(event) => onChange(amountText({ ...amount, unit: event.target.value as Unit }))}>
        {(only ?? units.filter((unit) => unit !== "days" && unit !== "workdays")).map((unit) => (
          <option key={unit} value={unit}>
            {t(`rule.units.${unit}`)}
          </option>
        ))}
      </select>
    </span>
  );
}

/** «2 turns or end or customer says …»: the first that comes counts. */
function DeadlineField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  const parts = alternativesOf(value);
  const put = (index: number, by: string | null) => {
    const next = parts.flatMap((part, at) => (at === index ? (by === null ? [] : [by]) : [part]));
    if (next.length > 0) onChange(next.join(" or "));
  };
  return (
    <div className={styles.deadline}>
      {parts.map((part, index) => (
        <div key={index} className={styles.deadlinePart}>
          {part === "end" ? (
            <span className={styles.flag}>{t("rule.byEnd")}</span>
          ) : readAmount(part) ? (
            <Amount id={`by-${index}`} label={label} value={part} onChange={(next) => put(index, next)} only={units} />
          ) : (
            <div className={styles.grow}>
              <span className={styles.hint}>{t("rule.byWhen")}</span>
              <ConditionEditor id={`by-${index}`} label={label} text={part} onChange={(next) => put(index, next.replace(/\s+/g, " ").trim())} />
            </div>
          )}
          {parts.length > 1 ? <Button type="text" size="small" icon={<DeleteOutlined aria-hidden="true" />} aria-label={`${t("rule.drop")} ${index + 1}`} onClick={() => put(index, null)} /> : null}
        </div>
      ))}
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            { key: "2 turns", label: t("rule.units.turns") },
            { key: "60 s", label: t("rule.units.s") },
            ...(parts.includes("end") ? [] : [{ key: "end", label: t("rule.byEnd") }]),
            { key: 'customer says "{consent}"', label: t("rule.byWhen") },
          ],
          onClick: ({ key }) => onChange([...parts, key].join(" or ")),
        }}
      >
        <Button size="small" type="text" className={styles.moreButton} icon={<PlusOutlined aria-hidden="true" />}>
          {t("rule.addDeadline")}
        </Button>
      </Dropdown>
    </div>
  );
}

/** One condition, or several parts that may be met in different turns. */
function Require({ id, label, item, onChange }: Omit<ControlProps, "field">) {
  const { t } = useTranslation();
  const parts = count(item, ["require", "all"]);
  if (parts === 0) {
    return (
      <>
        <ConditionEditor id={id} label={label} text={conditionOf(item, ["require"])} onChange={(text) => onChange(withCondition(item, ["require"], text, false, ruleOrder))} />
        <Button
          size="small"
          type="text"
          className={styles.moreButton}
          icon={<PlusOutlined aria-hidden="true" />}
          onClick={() => onChange(withKey(item, ["require"], { all: [{ name: t("rule.part"), when: conditionOf(item, ["require"]).replace(/\s+/g, " ") }, { name: `${t("rule.part")} 2`, when: starterText("says", t("cond.example")) }] }, ruleOrder))}
        >
          {t("rule.split")}
        </Button>
      </>
    );
  }
  return (
    <div className={styles.parts}>
      <span className={styles.hint}>{t("rule.allParts")}</span>
      {Array.from({ length: parts }, (_, index) => {
        const name: Path = ["require", "all", index, "name"];
        const when: Path = ["require", "all", index, "when"];
        return (
          <div key={index} className={styles.part} data-part={index}>
            <span className={styles.dateLine}>
              <Input size="small" aria-label={`${t("rule.partName")} ${index + 1}`} value={localizedOf(item, name, "zh")} onChange={(event) => onChange(withLocalized(item, name, "zh", event.target.value))} />
              <Input size="small" aria-label={`${t("rule.partName")} ${index + 1} ${t("studio.field.en")}`} placeholder="EN" value={localizedOf(item, name, "en")} onChange={(event) => onChange(withLocalized(item, name, "en", event.target.value))} />
              <Button type="text" size="small" icon={<DeleteOutlined aria-hidden="true" />} aria-label={`${t("rule.drop")} ${index + 1}`} disabled={parts === 1} onClick={() => onChange(withoutEntry(item, ["require", "all"], index))} />
            </span>
            <ConditionEditor id={`${id}-${index}`} label={`${label} ${index + 1}`} text={conditionOf(item, when)} onChange={(text) => onChange(withCondition(item, when, text))} />
          </div>
        );
      })}
      <Button size="small" type="text" className={styles.moreButton} icon={<PlusOutlined aria-hidden="true" />} onClick={() => onChange(withEntry(item, ["require", "all"], { name: `${t("rule.part")} ${parts + 1}`, when: starterText("says", t("cond.example")) }))}>
        {t("rule.addPart")}
      </Button>
    </div>
  );
}

function Warn({ id, label, item, onChange }: Omit<ControlProps, "field">) {
  const { t } = useTranslation();
  const text = conditionOf(item, ["warn"]);
  const never = text === "never";
  return (
    <>
      <label className={styles.flag}>
        <input type="checkbox" checked={never} onChange={(event) => onChange(event.target.checked ? withText(item, ["warn"], "never", false, ruleOrder) : withoutKey(item, ["warn"]))} /> {t("rule.warnNever")}
      </label>
      {never ? null : <ConditionEditor id={id} label={label} text={text} onChange={(next) => onChange(withCondition(item, ["warn"], next, true, ruleOrder))} />}
    </>
  );
}

function ListField({ id, values, onChange }: { id: string; values: string[]; onChange: (values: string[]) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string | null>(null);
  const commit = () => {
    if (typed === null) return;
    setTyped(null);
    onChange(typed.split(/[,\uff0c]/).map((one) => one.trim()).filter((one) => one !== ""));
  };
  return <Input id={id} value={typed ?? values.join(", ")} placeholder={t("rule.commas")} onChange={(event) => setTyped(event.target.value)} onBlur={commit} onPressEnter={commit} />;
}

/** What has no field of its own, as the YAML it is; it counts when it can be read. */
function Fragment({ id, item, path, onChange }: { id: string; item: ItemText; path: Path; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? fragmentOf(item, path);
  let broken = false;
  const commit = () => {
    if (typed === null) return;
    try {
      const value: unknown = parse(typed);
      setTyped(null);
      onChange(value === null || value === undefined ? withoutKey(item, path) : withKey(item, path, value, ruleOrder));
    } catch {
      // Stays as typed until it can be read.
    }
  };
  try {
    parse(shown);
  } catch {
    broken = true;
  }
  return (
    <>
      <Input.TextArea id={id} className={styles.mono} autoSize status={broken ? "error" : ""} value={shown} spellCheck={false} onChange={(event) => setTyped(event.target.value)} onBlur={commit} />
      {broken ? <span className={styles.fieldError}>{t("rule.badYaml")}</span> : null}
    </>
  );
}
