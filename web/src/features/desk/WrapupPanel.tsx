import { CheckOutlined, QuestionCircleFilled } from "@ant-design/icons";
import { App as AntApp, Button, Input, Select } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, newId } from "../../api/client";
import type { Panels, Summary, WrapupDraft, WrapupInput } from "../../api/types";
import { errorText } from "../../app/errors";
import { Kbd } from "../../components/Kbd";
import { Tag } from "../../components/Tag";
import { fieldName, outcomeName, outcomes } from "../../i18n/terms";
import { readJson, writeJson, writeText } from "../../lib/storage";
import { milliseconds, parseTime } from "../../lib/time";
import type { ConversationState } from "../../state/conversation";
import { usePrefs } from "../../state/prefs";
import { useShellUi } from "../../state/shellUi";
import { TurnChip } from "./TurnChip";
import { TypeSearch } from "./TypeSearch";
import { wrapupCommands } from "./wrapupCommands";
import { labelOf } from "./WrapupTab";
import { formOf, inputOf, lackOf, toggleType, type FieldRow, type SentenceRow, type WrapupEdits, type WrapupForm } from "./wrapupModel";
import styles from "./wrapup.module.css";
import { deskUi } from "./ui";

interface PanelProps {
  conversation: string;
  state: ConversationState | undefined;
  panels: Panels | undefined;
  summary: Summary;
}

const storageKey = (conversation: string) => `fenshen.wrapup.${conversation}`;
const isEdits = (value: unknown): value is WrapupEdits => typeof value === "object" && value !== null && !Array.isArray(value);

// The draft on the desk: the panel's, which names things; else the wrap-up card, which every fold gives.
function draftFrom(panels: Panels | undefined, state: ConversationState | undefined): WrapupDraft {
  if (panels?.wrapup && (panels.wrapup.ready || panels.wrapup.types?.length)) return panels.wrapup;
  const card = state?.cards.findLast((view) => view.card.kind === "wrapup")?.card;
  return card ? { types: card.types ?? [], summary: card.summary ?? [], fields: card.fields ?? [], outcome: card.outcome ?? "" } : (panels?.wrapup ?? {});
}

export function WrapupPanel({ conversation, state, panels, summary }: PanelProps) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const draft = useMemo(() => draftFrom(panels, state), [panels, state]);
  const [edits, setEdits] = useState<WrapupEdits>(() => readJson(storageKey(conversation), isEdits, {}));
  const [editing, setEditing] = useState(false);
  const [saving, setSaving] = useState(false);
  const [saved, setSaved] = useState<{ changed: string[]; seconds: number | null } | null>(null);
  const saveId = useRef(newId());
  const form = useMemo(() => formOf(draft, edits), [draft, edits]);
  const change = (next: WrapupEdits) => {
    setEdits(next);
    writeJson(storageKey(conversation), next);
  };

  const lack = lackOf(form);
  const confirm = async () => {
    if (saving) return;
    if (lack) {
      void message.warning(lack === "type" ? t("wrapup.needType") : t("wrapup.needOutcome"));
      return;
    }
    setSaving(true);
    try {
      const answer = await api.wrapup(conversation, { id: saveId.current, wrapup: inputOf(form) });
      const ended = parseTime(summary.ended_at);
      setSaved({ changed: answer?.changed ?? [], seconds: ended === null ? null : Math.max(1, Math.round((Date.now() - ended) / 1000)) });
      writeText(storageKey(conversation), "");
    } catch (error) {
      void message.error(t("wrapup.failed", { reason: errorText(error, t) }));
    } finally {
      setSaving(false);
    }
  };

  useEffect(() => {
    wrapupCommands.current = {
      confirm: () => void confirm(),
      edit: () => setEditing((on) => !on),
      type: (index) => {
        const type = form.types[index];
        if (type) change(toggleType(draft, edits, type.code));
      },
    };
    return () => {
      wrapupCommands.current = null;
    };
  });

  const kept = state?.wrapupSaved ?? null;
  if (saved || kept !== null) return <Saved changed={saved?.changed ?? null} seconds={saved?.seconds ?? null} kept={kept} form={form} />;
  const ms = state?.cards.findLast((view) => view.card.kind === "wrapup")?.ms ?? null;
  return (
    <section className={styles.wrapup} aria-label={t("wrapup.title")} data-wrapup="">
      <header className={styles.head}>
        <h2>{t("wrapup.title")}</h2>
        {draft.ready || form.types.length > 0 ? (
          <Tag tone="green" icon={<CheckOutlined aria-hidden="true" />}>
            {t("wrapup.ready")}
          </Tag>
        ) : (
          <Tag>{t("wrapup.preparing")}</Tag>
        )}
        <span className={styles.grow} />
        <span className={styles.meta}>
          {form.doubtful > 0 ? (
            <>
              {t("wrapup.doubtful", { count: form.doubtful })} {"\u00b7"} {t("wrapup.jump")} <Kbd>Tab</Kbd>
            </>
          ) : (
            t("wrapup.noneDoubtful")
          )}
        </span>
      </header>
      <div className={styles.body}>
        <Sentences conversation={conversation} rows={form.sentences} editing={editing} onChange={(index, text) => change({ ...edits, sentences: { ...edits.sentences, [index]: text } })} />
        <Types form={form} onToggle={(code, name) => change(toggleType(draft, edits, code, name))} />
        <Fields
          conversation={conversation}
          state={state}
          rows={form.fields}
          editing={editing}
          onChange={(name, value) => change({ ...edits, fields: { ...edits.fields, [name]: value } })}
          onChecked={(name) => change({ ...edits, checked: [...new Set([...(edits.checked ?? []), name])] })}
        />
        <Outcome value={form.outcome} followUp={form.followUp} onOutcome={(outcome) => change({ ...edits, outcome })} onFollowUp={(followUp) => change({ ...edits, followUp })} />
      </div>
      <footer className={styles.foot}>
        <Button type="primary" size="large" className={styles.confirm} loading={saving} aria-keyshortcuts="Enter" onClick={() => void confirm()} data-confirm="">
          {t("wrapup.confirm")} <Kbd>{"\u21b5"}</Kbd>
        </Button>
        <Button size="large" aria-pressed={editing} aria-keyshortcuts="E" onClick={() => setEditing(!editing)}>
          {editing ? t("wrapup.editDone") : t("wrapup.edit")} <Kbd>E</Kbd>
        </Button>
        <span className={styles.grow} />
        <span className={styles.footMeta}>
          {ms !== null ? <span>{t("wrapup.readyIn", { ms: milliseconds(ms) })}</span> : null}
          <span>{t("wrapup.target")}</span>
        </span>
      </footer>
    </section>
  );
}

interface SentencesProps {
  conversation: string;
  rows: SentenceRow[];
  editing: boolean;
  onChange: (index: number, text: string) => void;
}

function Sentences({ conversation, rows, editing, onChange }: SentencesProps) {
  const { t } = useTranslation();
  if (rows.length === 0) return <p className={styles.meta}>{t("wrapup.emptySummary")}</p>;
  return (
    <dl className={styles.sentences}>
      {rows.map((row, at) => {
        const label = labelOf(row.label);
        const first = at === 0 || labelOf(rows[at - 1]?.label) !== label;
        return (
          <SentenceLine key={row.index} conversation={conversation} label={first ? t(`wrapup.label.${label}`) : ""} name={t(`wrapup.label.${label}`)} row={row} editing={editing} onChange={onChange} />
        );
      })}
    </dl>
  );
}

function SentenceLine({ conversation, label, name, row, editing, onChange }: { conversation: string; label: string; name: string; row: SentenceRow; editing: boolean; onChange: (index: number, text: string) => void }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {editing ? (
          <Input.TextArea value={row.text} autoSize={{ minRows: 1, maxRows: 4 }} maxLength={500} aria-label={name} onChange={(event) => onChange(row.index, event.target.value)} />
        ) : (
          row.text
        )}
        <span className={styles.chips}>
          {row.turns.slice(0, 5).map((turn) => (
            <TurnChip key={turn} conversation={conversation} turn={turn} />
          ))}
        </span>
      </dd>
    </>
  );
}

function Types({ form, onToggle }: { form: WrapupForm; onToggle: (code: string, name?: string) => void }) {
  const { t } = useTranslation();
  return (
    <section className={styles.section}>
      <div className={styles.sectionHead}>
        <h3>{t("wrapup.types")}</h3>
        <span className={styles.meta}>{form.types.length > 0 ? t("wrapup.typesHint") : t("wrapup.noTypes")}</span>
        <span className={styles.grow} />
        <TypeSearch onPick={onToggle} />
      </div>
      {form.types.length > 0 ? (
        <ul className={styles.types}>
          {form.types.map((type, index) => (
            <li key={type.code}>
              <button type="button" role="checkbox" aria-checked={type.on} aria-keyshortcuts={String(index + 1)} className={styles.type} onClick={() => onToggle(type.code)} data-type={type.code}>
                <Kbd>{String(index + 1)}</Kbd>
                <span className={styles.typeName}>
                  {type.name} <span className={styles.meta}>{type.code}</span>
                </span>
                {type.on ? <CheckOutlined aria-hidden="true" /> : null}
                {type.p !== null ? (
                  <>
                    <span className={styles.meter} aria-hidden="true">
                      <i style={{ width: `${Math.round(type.p * 100)}%` }} />
                    </span>
                    <span className={styles.percent}>{Math.round(type.p * 100)}%</span>
                  </>
                ) : null}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

interface FieldsProps {
  conversation: string;
  state: ConversationState | undefined;
  rows: FieldRow[];
  editing: boolean;
  onChange: (name: string, value: string) => void;
  onChecked: (name: string) => void;
}

function Fields({ conversation, state, rows, editing, onChange, onChecked }: FieldsProps) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  if (rows.length === 0) return null;
  const doubtful = rows.filter((row) => row.doubtful);
  const sure = rows.filter((row) => !row.doubtful);
  return (
    <section className={styles.section}>
      <div className={styles.sectionHead}>
        <h3>{t("wrapup.fields")}</h3>
        {doubtful.length > 0 ? <span className={styles.meta}>{t("wrapup.fieldsHint")}</span> : null}
      </div>
      {doubtful.map((row) => (
        <DoubtfulField key={row.name} conversation={conversation} state={state} row={row} onChange={onChange} onChecked={onChecked} />
      ))}
      <dl className={styles.fields}>
        {sure.map((row) => (
          <div key={row.name} className={styles.field}>
            <dt>{fieldName(row.label, lang)}</dt>
            <dd>
              {editing ? (
                <Input size="small" value={row.display} maxLength={200} aria-label={row.label} onChange={(event) => onChange(row.name, event.target.value)} data-field={row.name} />
              ) : (
                <span data-field={row.name}>{row.display}</span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** A field the double is not sure of: a frame, a question mark, and what was heard. */
function DoubtfulField({ conversation, state, row, onChange, onChecked }: Omit<FieldsProps, "rows" | "editing"> & { row: FieldRow }) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  const index = row.turn === null ? undefined : state?.byTurn[row.turn];
  const heard = index === undefined ? undefined : state?.rows[index];
  return (
    <div className={styles.doubtful}>
      <label className={styles.doubtfulLabel} htmlFor={`doubt-${row.name}`}>
        {fieldName(row.label, lang)}
      </label>
      <Input
        id={`doubt-${row.name}`}
        value={row.display}
        maxLength={200}
        className={styles.doubtfulInput}
        suffix={<QuestionCircleFilled aria-hidden="true" />}
        aria-describedby={`heard-${row.name}`}
        onFocus={() => row.turn !== null && deskUi.light(row.turn)}
        onBlur={() => deskUi.unlight()}
        onChange={(event) => onChange(row.name, event.target.value)}
        onPressEnter={(event) => {
          if (event.ctrlKey) return;
          event.preventDefault();
          onChecked(row.name);
        }}
        data-field={row.name}
        data-doubtful=""
      />
      <div className={styles.heard} id={`heard-${row.name}`}>
        <span className={styles.heardText} title={heard?.kind === "speech" ? heard.text : undefined}>
          {heard?.kind === "speech" ? t("wrapup.heard", { words: heard.text }) : row.turn !== null ? t("wrapup.doubtfulField", { turn: row.turn + 1 }) : ""}
        </span>
        {row.turn !== null ? <TurnChip conversation={conversation} turn={row.turn} /> : null}
      </div>
    </div>
  );
}

function Outcome({ value, followUp, onOutcome, onFollowUp }: { value: string; followUp: string; onOutcome: (value: string) => void; onFollowUp: (value: string) => void }) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  return (
    <section className={`${styles.section} ${styles.outcome}`}>
      <label htmlFor="wrapup-outcome">{t("wrapup.outcome")}</label>
      <Select
        id="wrapup-outcome"
        value={value || null}
        placeholder={t("wrapup.outcomeEmpty")}
        onChange={(code: string) => onOutcome(code)}
        options={outcomes.map((code) => ({ value: code, label: outcomeName(code, lang) }))}
        showSearch={{ optionFilterProp: "label" }}
      />
      <label htmlFor="wrapup-follow-up">{t("wrapup.followUp")}</label>
      <Input id="wrapup-follow-up" value={followUp} maxLength={300} placeholder={t("wrapup.followUpPlaceholder")} onChange={(event) => onFollowUp(event.target.value)} />
    </section>
  );
}

const changeNames = ["types", "summary", "fields", "outcome", "follow_up"] as const;

/** "fields.card_tail" is the field 卡尾号. */
function useChangeName(form: WrapupForm): (name: string) => string {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  return (name) => {
    const [part = "", ...rest] = name.split(".");
    const known = changeNames.find((one) => one === part);
    if (!known) return name;
    const field = rest.join(".");
    if (!field) return t(`change.${known}`);
    return `${t(`change.${known}`)} \u00b7 ${fieldName(form.fields.find((row) => row.name === field)?.label ?? field, lang)}`;
  };
}

function Saved({ changed, seconds, kept, form }: { changed: string[] | null; seconds: number | null; kept: Partial<WrapupInput> | null; form: WrapupForm }) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  const openSamples = useShellUi((ui) => ui.openSamples);
  const changeName = useChangeName(form);
  const typeName = (code: string) => form.types.find((type) => type.code === code)?.name ?? code;
  return (
    <section className={styles.saved} aria-label={t("wrapup.title")} data-saved="">
      <div role="status">
        <p className={styles.savedTitle}>
          <CheckOutlined aria-hidden="true" /> {t("wrapup.saved")}
        </p>
        {seconds !== null ? <p className={styles.meta}>{t("wrapup.savedTime", { seconds })}</p> : null}
        {changed !== null ? (
          <>
            <p>{changed.length === 0 ? t("wrapup.unchanged") : t("wrapup.changed", { count: changed.length })}</p>
            <ul className={styles.changes}>
              {changed.map((name) => (
                <li key={name}>
                  <Tag>{changeName(name)}</Tag>
                </li>
              ))}
            </ul>
          </>
        ) : null}
      </div>
      {kept?.summary ? (
        <div className={styles.keptText}>
          <p>
            {(kept.types ?? []).map((code) => (
              <Tag key={code}>{typeName(code)}</Tag>
            ))}{" "}
            {outcomeName(kept.outcome ?? "", lang)}
          </p>
          {kept.summary.map((sentence, index) => (
            <p key={index}>{sentence.text}</p>
          ))}
          {kept.follow_up ? <p>{kept.follow_up}</p> : null}
        </div>
      ) : null}
      <Button size="large" onClick={openSamples}>
        {t("wrapup.nextCall")}
      </Button>
    </section>
  );
}
