// A condition as rows that read like sentences: groups of «all» and «any», who says what, exceptions, facts. It edits the
// text in place; a part that is too free for a row is shown as its own text.
import { CloseOutlined, CodeOutlined, PlusOutlined } from "@ant-design/icons";
import { Dropdown, Input } from "antd";
import { createContext, useContext, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ClassList, useClasses, type ClassInfo } from "./classes";
import { withAdded, withAtom, withKind, withNot, withoutChild } from "./edit";
import styles from "./condition.module.css";
import { guardNames, operators, parseCondition, speakers, type Atom, type Comparison, type Group, type Node, type Operator } from "./parse";
import { Tags } from "./Tags";

interface ConditionProps {
  id: string;
  label: string;
  text: string;
  onChange: (text: string) => void;
}

const Classes = createContext<ReadonlyMap<string, ClassInfo>>(new Map());

/** Reads the classes once for all the conditions inside. */
export function ConditionScope({ children }: { children: React.ReactNode }) {
  const classes = useClasses();
  return (
    <Classes.Provider value={classes}>
      <ClassList classes={classes} />
      {children}
    </Classes.Provider>
  );
}

const starters = ["says", "gives", "event", "compare", "speaks", "intent", "emotion", "step", "enters", "act", "matches", "start", "end"] as const;
type Starter = (typeof starters)[number];

export function starterText(type: Starter, phrase: string): string {
  switch (type) {
    case "says":
      return `rep|bot says "${phrase}"`;
    case "matches":
      return `rep|bot matches "${phrase}"`;
    case "gives":
      return "customer gives amount";
    case "event":
      return "event idv.passed";
    case "act":
      return "act message";
    case "compare":
      return "channel == voice";
    case "speaks":
      return "customer speaks";
    case "intent":
      return "intent F01";
    case "emotion":
      return "emotion angry";
    case "step":
      return "step P01.S1";
    case "enters":
      return "enters P01";
    default:
      return type;
  }
}

export function ConditionEditor({ id, label, text, onChange }: ConditionProps) {
  const { t } = useTranslation();
  const [asText, setAsText] = useState(false);
  const read = useMemo(() => parseCondition(text), [text]);
  const empty = text.trim() === "";
  const broken = !empty && "error" in read;
  return (
    <div className={styles.condition} role="group" aria-label={label} data-condition={id}>
      {empty ? (
        <AddButton label={t("cond.begin")} onAdd={(one) => onChange(one)} />
      ) : broken || asText ? (
        <>
          <Input.TextArea id={id} className={styles.mono} autoSize={{ minRows: 1, maxRows: 10 }} spellCheck={false} value={text} aria-label={label} onChange={(event) => onChange(event.target.value)} />
          {broken ? <p className={styles.hint}>{t("cond.unreadable")}</p> : null}
        </>
      ) : (
        "node" in read && <NodeView text={text} node={read.node} parent={null} onChange={onChange} />
      )}
      {empty || broken ? null : (
        <button type="button" className={styles.toggle} aria-pressed={asText} onClick={() => setAsText(!asText)}>
          <CodeOutlined aria-hidden="true" /> {asText ? t("cond.asRows") : t("cond.asText")}
        </button>
      )}
    </div>
  );
}

interface NodeProps {
  text: string;
  node: Node;
  parent: Node | null;
  onChange: (text: string) => void;
  onRemove?: (() => void) | undefined;
}

function NodeView({ text, node, parent, onChange, onRemove }: NodeProps) {
  const { t } = useTranslation();
  if (node.kind === "not") {
    return (
      <div className={styles.negated}>
        <NotToggle on onChange={() => onChange(withNot(text, node, false))} />
        <div className={styles.grow}>
          <NodeView text={text} node={node.child} parent={node} onChange={onChange} onRemove={onRemove} />
        </div>
      </div>
    );
  }
  if (node.kind !== "leaf") return <GroupView text={text} node={node} parent={parent} onChange={onChange} onRemove={onRemove} />;
  return (
    <div className={styles.leaf}>
      <div className={styles.grow}>
        <AtomView atom={node.atom} onChange={(atom) => onChange(withAtom(text, node.span, atom))} />
      </div>
      <span className={styles.leafTools}>
        {parent?.kind === "not" ? null : <NotToggle on={false} onChange={() => onChange(withNot(text, node, true))} />}
        {onRemove ? <IconButton label={t("cond.remove")} onClick={onRemove} /> : null}
      </span>
      {parent === null || parent.kind === "not" ? (
        <div className={styles.addRow}>
          <AddButton label={t("cond.and")} onAdd={(one) => onChange(withAdded(text, node, "all", one, parent))} />
          <AddButton label={t("cond.or")} onAdd={(one) => onChange(withAdded(text, node, "any", one, parent))} />
        </div>
      ) : null}
    </div>
  );
}

function GroupView({ text, node, parent, onChange, onRemove }: NodeProps & { node: Group }) {
  const { t } = useTranslation();
  const other = node.kind === "all" ? "any" : "all";
  return (
    <div className={`${styles.group} ${node.kind === "any" ? styles.any : ""}`} role="group" aria-label={t(`cond.group.${node.kind}`)}>
      <div className={styles.groupHead}>
        <select className={styles.select} value={node.kind} aria-label={t("cond.groupKind")} onChange={(event) => onChange(withKind(text, node, event.target.value === "any" ? "any" : "all", parent))}>
          <option value="all">{t("cond.group.all")}</option>
          <option value="any">{t("cond.group.any")}</option>
        </select>
        {parent?.kind === "not" ? null : <NotToggle on={false} onChange={() => onChange(withNot(text, node, true))} />}
        {onRemove ? <IconButton label={t("cond.removeGroup")} onClick={onRemove} /> : null}
      </div>
      {node.children.map((child, index) => (
        <NodeView key={index} text={text} node={child} parent={node} onChange={onChange} onRemove={() => onChange(withoutChild(text, node, index))} />
      ))}
      <div className={styles.addRow}>
        <AddButton label={t(`cond.${node.kind === "all" ? "and" : "or"}`)} onAdd={(one) => onChange(withAdded(text, node, node.kind, one, parent))} />
        {parent === null ? <AddButton label={t(`cond.${other === "all" ? "andWhole" : "orWhole"}`)} onAdd={(one) => onChange(withAdded(text, node, other, one, parent))} /> : null}
      </div>
    </div>
  );
}

function NotToggle({ on, onChange }: { on: boolean; onChange: () => void }) {
  const { t } = useTranslation();
  return (
    <button type="button" className={on ? styles.notOn : styles.not} aria-pressed={on} aria-label={t("cond.not")} title={t("cond.not")} onClick={onChange}>
      {t("cond.notShort")}
    </button>
  );
}

const IconButton = ({ label, onClick }: { label: string; onClick: () => void }) => (
  <button type="button" className={styles.icon} aria-label={label} title={label} onClick={onClick}>
    <CloseOutlined aria-hidden="true" />
  </button>
);

function AddButton({ label, onAdd }: { label: string; onAdd: (text: string) => void }) {
  const { t } = useTranslation();
  return (
    <Dropdown
      trigger={["click"]}
      menu={{ items: starters.map((type) => ({ key: type, label: t(`cond.type.${type}`) })), onClick: ({ key }) => onAdd(starterText(key as Starter, t("cond.example"))) }}
    >
      <button type="button" className={styles.add}>
        <PlusOutlined aria-hidden="true" /> {label}
      </button>
    </Dropdown>
  );
}

function AtomView({ atom, onChange }: { atom: Atom; onChange: (atom: Atom) => void }) {
  const { t } = useTranslation();
  switch (atom.type) {
    case "says":
    case "matches":
      return <SaysView atom={atom} onChange={onChange} />;
    case "gives":
      return (
        <span className={styles.line}>
          <Speakers value={atom.speakers} onChange={(value) => onChange({ ...atom, speakers: value })} />
          <span>{t("cond.gives")}</span>
          <Word value={atom.name} label={t("cond.entity")} list="studio-entities" onChange={(name) => onChange({ ...atom, name })} />
          {atom.compare ? (
            <>
              <CompareView compare={atom.compare} withPath={false} onChange={(compare) => onChange({ ...atom, compare })} />
              <IconButton label={t("cond.dropCompare")} onClick={() => onChange({ ...atom, compare: null })} />
            </>
          ) : (
            <button type="button" className={styles.add} onClick={() => onChange({ ...atom, compare: { path: "value", op: ">=", values: ["0"] } })}>
              <PlusOutlined aria-hidden="true" /> {t("cond.compareValue")}
            </button>
          )}
          <datalist id="studio-entities">
            {["amount", "date", "card_tail", "card", "id_number", "phone", "number", "percent", "product", "currency", "duration"].map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </span>
      );
    case "speaks":
      return (
        <span className={styles.line}>
          <Speakers value={atom.speakers} onChange={(value) => onChange({ ...atom, speakers: value })} />
          <span>{t("cond.speaks")}</span>
        </span>
      );
    case "event":
    case "act":
      return (
        <span className={styles.line}>
          <span>{t(`cond.type.${atom.type}`)}</span>
          <Word value={atom.name} label={t(`cond.type.${atom.type}`)} onChange={(name) => onChange({ ...atom, name })} />
          {atom.where.map((one, index) => (
            <span key={index} className={styles.line}>
              <span className={styles.hint}>{t("cond.where")}</span>
              <CompareView compare={one} withPath onChange={(compare) => onChange({ ...atom, where: atom.where.map((other, at) => (at === index ? compare : other)) })} />
              <IconButton label={t("cond.dropCompare")} onClick={() => onChange({ ...atom, where: atom.where.filter((_, at) => at !== index) })} />
            </span>
          ))}
          <button type="button" className={styles.add} onClick={() => onChange({ ...atom, where: [...atom.where, { path: "level", op: ">=", values: ["1"] }] })}>
            <PlusOutlined aria-hidden="true" /> {t("cond.addWhere")}
          </button>
        </span>
      );
    case "step":
    case "enters":
    case "intent":
      return (
        <span className={styles.line}>
          <span>{t(`cond.type.${atom.type}`)}</span>
          <Word value={atom.name} label={t(`cond.type.${atom.type}`)} onChange={(name) => onChange({ ...atom, name })} />
        </span>
      );
    case "emotion":
      return (
        <span className={styles.line}>
          <span>{t("cond.type.emotion")}</span>
          {(["calm", "dissatisfied", "angry", "anxious", "sad"] as const).map((name) => {
            const on = atom.names.includes(name);
            const names = on ? atom.names.filter((one) => one !== name) : [...atom.names, name];
            return (
              <button key={name} type="button" className={on ? styles.pickOn : styles.pick} aria-pressed={on} onClick={() => names.length > 0 && onChange({ ...atom, names })}>
                {t(`emotion.${name}`)}
              </button>
            );
          })}
        </span>
      );
    case "start":
    case "end":
      return <span className={styles.line}>{t(`cond.type.${atom.type}`)}</span>;
    case "compare":
      return (
        <span className={styles.line}>
          <CompareView compare={atom.compare} withPath onChange={(compare) => onChange({ ...atom, compare })} />
        </span>
      );
    case "free":
      return <FreeView text={atom.text} onChange={(text) => onChange({ type: "free", text })} />;
  }
}

type Says = Extract<Atom, { type: "says" | "matches" }>;

function SaysView({ atom, onChange }: { atom: Says; onChange: (atom: Atom) => void }) {
  const { t } = useTranslation();
  const classes = useContext(Classes);
  return (
    <div className={styles.says}>
      <span className={styles.line}>
        <Speakers value={atom.speakers} onChange={(value) => onChange({ ...atom, speakers: value })} />
        <span>{t(atom.type === "says" ? "cond.says" : "cond.matches")}</span>
      </span>
      {atom.type === "says" ? (
        <Tags pattern={atom.pattern} label={t("cond.phrases")} classes={classes} onChange={(pattern) => pattern !== "" && onChange({ ...atom, pattern })} />
      ) : (
        <Word value={atom.pattern} wide label={t("cond.expression")} quoted onChange={(pattern) => onChange({ ...atom, pattern })} />
      )}
      {atom.unless === null ? null : (
        <div className={styles.guard}>
          <span className={styles.guardName}>{t("cond.unless")}</span>
          <Tags pattern={atom.unless} label={t("cond.unless")} classes={classes} onChange={(unless) => onChange({ ...atom, unless: unless === "" ? null : unless })} />
        </div>
      )}
      {atom.before === null ? null : (
        <div className={styles.guard}>
          <span className={styles.guardName}>{t("cond.before")}</span>
          <Tags pattern={atom.before} label={t("cond.before")} classes={classes} onChange={(before) => onChange({ ...atom, before: before === "" ? null : before })} />
        </div>
      )}
      <span className={styles.line}>
        {guardNames.map((name) => {
          const on = atom.guards.includes(name);
          return (
            <button
              key={name}
              type="button"
              className={on ? styles.pickOn : styles.pick}
              aria-pressed={on}
              title={t("cond.guardHint")}
              onClick={() => onChange({ ...atom, guards: on ? atom.guards.filter((one) => one !== name) : guardNames.filter((one) => one === name || atom.guards.includes(one)) })}
            >
              {t(`cond.guard.${name}`)}
            </button>
          );
        })}
        {atom.unless === null ? <GuardAdd label={t("cond.addUnless")} onAdd={() => onChange({ ...atom, unless: t("cond.example") })} /> : null}
        {atom.before === null ? <GuardAdd label={t("cond.addBefore")} onAdd={() => onChange({ ...atom, before: "{negation}" })} /> : null}
      </span>
    </div>
  );
}

const GuardAdd = ({ label, onAdd }: { label: string; onAdd: () => void }) => (
  <button type="button" className={styles.add} onClick={onAdd}>
    <PlusOutlined aria-hidden="true" /> {label}
  </button>
);

function Speakers({ value, onChange }: { value: readonly (typeof speakers)[number][]; onChange: (value: (typeof speakers)[number][]) => void }) {
  const { t } = useTranslation();
  return (
    <span role="group" aria-label={t("cond.speaker")} className={styles.picks}>
      {speakers.map((one) => {
        const on = value.includes(one);
        const next = one === "anyone" ? (on ? ["rep" as const] : ["anyone" as const]) : on ? value.filter((other) => other !== one) : speakers.filter((other) => other !== "anyone" && (other === one || value.includes(other)));
        return (
          <button key={one} type="button" className={on ? styles.pickOn : styles.pick} aria-pressed={on} onClick={() => next.length > 0 && onChange(next)}>
            {t(`cond.who.${one}`)}
          </button>
        );
      })}
    </span>
  );
}

function CompareView({ compare, withPath, onChange }: { compare: Comparison; withPath: boolean; onChange: (compare: Comparison) => void }) {
  const { t } = useTranslation();
  const setOp = (op: Operator) => {
    const bare = op === "is missing" || op === "is present";
    onChange({ ...compare, op, values: bare ? [] : compare.values.length > 0 ? (op === "in" ? compare.values : compare.values.slice(0, 1)) : ["1"] });
  };
  return (
    <>
      {withPath ? <Word value={compare.path} label={t("cond.path")} list="studio-paths" onChange={(path) => onChange({ ...compare, path })} /> : null}
      <select className={styles.select} value={compare.op} aria-label={t("cond.operator")} onChange={(event) => setOp(event.target.value as Operator)}>
        {operators.map((op) => (
          <option key={op} value={op}>
            {t(`cond.op.${operatorNames[op]}`)}
          </option>
        ))}
      </select>
      {compare.values.length > 0 ? (
        <Word
          value={compare.values.join(", ")}
          label={t("cond.value")}
          onChange={(value) => {
            const values = compare.op === "in" ? value.split(/\s*[,\uff0c]\s*/).filter((one) => one !== "") : [value];
            if (values.length > 0) onChange({ ...compare, values: values.map(asValue) });
          }}
        />
      ) : null}
      {withPath ? (
        <datalist id="studio-paths">
          {paths.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      ) : null}
    </>
  );
}

// The facts that conditions ask for most.
const facts: Readonly<Record<string, readonly string[]>> = { customer: ["tier", "risk", "age"], product: ["class", "risk"], meta: ["process", "team"], idv: ["level"], fields: [""], event: [""], history: [""], speech: [""] };
const paths = ["channel", "lang", "hour", "weekday", "holiday", "today", "flow", ...Object.entries(facts).flatMap(([root, names]) => names.map((name) => `${root}.${name}`))];

const operatorNames = { "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", in: "in", "is missing": "missing", "is present": "present" } as const;

// A value with blanks or signs in it needs quotes.
const asValue = (value: string) => (/^".*"$/.test(value) || !/[\s()[\],|=!<>"]/.test(value) ? value : JSON.stringify(value));

/** A word that counts when one leaves the field, so that half-typed ones are no mistakes. */
function Word({ value, label, onChange, list, wide = false, quoted = false }: { value: string; label: string; onChange: (value: string) => void; list?: string; wide?: boolean; quoted?: boolean }) {
  const [typed, setTyped] = useState<string | null>(null);
  const commit = () => {
    const next = quoted ? (typed ?? value).replaceAll('"', "") : (typed ?? value).trim();
    setTyped(null);
    if (next !== "" && next !== value) onChange(next);
  };
  return (
    <input
      className={`${styles.word} ${wide ? styles.wide : ""}`}
      size={Math.min(28, Math.max(6, (typed ?? value).length + 2))}
      list={list}
      value={typed ?? value}
      aria-label={label}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
        event.preventDefault();
        commit();
      }}
    />
  );
}

function FreeView({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  return (
    <span className={styles.line}>
      <span className={styles.hint}>{t("cond.free")}</span>
      <Word value={text} wide label={t("cond.free")} onChange={onChange} />
    </span>
  );
}
