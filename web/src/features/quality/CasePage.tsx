import { ArrowLeftOutlined, CheckOutlined, FileSearchOutlined, StopFilled } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App as AntApp, Button, Checkbox, Input, InputNumber, Segmented, Skeleton, Switch } from "antd";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api, newId } from "../../api/client";
import type { QualityDetail, QualityEvidence, QualityLine } from "../../api/types";
import { errorText } from "../../app/errors";
import { Empty } from "../../components/Empty";
import { Tag } from "../../components/Tag";
import { dateTime, parseTime } from "../../lib/time";
import { live, useLive } from "../../state/live";
import { useChannelName } from "../desk/ConversationList";
import { Transcript } from "../desk/Transcript";
import { deskUi } from "../desk/ui";
import { useTurnOfAddress } from "../desk/useTurnOfAddress";
import { useSheets } from "./FilterBar";
import { foundRules, formOf, inputOf, isScored, isVetoed, lackOf, lostOf, withVerdict, type InspectionForm, type Verdict } from "./qualityModel";
import { QualityFrame } from "./QualityFrame";
import { Score, StateTag } from "./QualityListPage";
import styles from "./quality.module.css";

/** One conversation with its score sheet: what the machine found, what people say about it, and what may be done next. */
export function CasePage() {
  const { conversation = "" } = useParams();
  return (
    <QualityFrame>
      <Case key={conversation} conversation={conversation} />
    </QualityFrame>
  );
}

function Case({ conversation }: { conversation: string }) {
  const { t } = useTranslation();
  const detail = useQuery({ queryKey: ["quality", "case", conversation], queryFn: () => api.qualityCase(conversation) });
  const customer = useLive((state) => state.conversations[conversation]?.customer["name"]);
  const problem = useLive((state) => state.problems[conversation]);
  useEffect(() => {
    deskUi.open(conversation);
    return live.watch(conversation);
  }, [conversation]);
  useTurnOfAddress(conversation);
  if (detail.isError) {
    return (
      <Empty
        title={errorText(detail.error, t)}
        action={
          <>
            <Button onClick={() => void detail.refetch()}>{t("common.retry")}</Button> <Link to="/quality">{t("quality.back")}</Link>
          </>
        }
      />
    );
  }
  return (
    <div className={styles.case}>
      <section className={styles.words} aria-label={t("transcript.label")}>
        {problem ? (
          <Empty title={t("head.notFound")} />
        ) : (
          <Transcript conversation={conversation} customer={typeof customer === "string" && customer ? customer : t("speaker.customer")} rep={detail.data?.item.rep?.name ?? t("speaker.rep")} readOnly />
        )}
      </section>
      {detail.data ? <Sheet key={`${detail.data.history.length}`} conversation={conversation} detail={detail.data} /> : <Skeleton active className={styles.skeleton} paragraph={{ rows: 10 }} />}
    </div>
  );
}

function Sheet({ conversation, detail }: { conversation: string; detail: QualityDetail }) {
  const { t } = useTranslation();
  const channelName = useChannelName();
  const started = parseTime(detail.item.started_at);
  const scoring = detail.may.includes("inspect") ? "inspect" : detail.may.includes("recheck") ? "recheck" : null;
  const [form, setForm] = useState<InspectionForm>(() => formOf(detail));
  const [appealed, setAppealed] = useState<string[]>([]);
  const appealing = detail.may.includes("appeal");
  return (
    <section className={styles.sheet} aria-label={t("quality.sheet")} data-case={detail.item.state}>
      <header className={styles.sheetHead}>
        <Link to="/quality" className={styles.backLink} aria-label={t("quality.back")}>
          <ArrowLeftOutlined aria-hidden="true" />
        </Link>
        <div className={styles.sheetWho}>
          <div className={styles.sheetTitle}>
            <h1>{detail.item.rep?.name ?? t("console.noRep")}</h1>
            <StateTag state={detail.item.state} />
            {detail.item.sampled ? <Tag tone="blue">{t("quality.sampled")}</Tag> : null}
          </div>
          <p className={styles.dim}>
            {[detail.sheet_name, channelName(detail.item.channel), started === null ? "" : dateTime(started), detail.item.team].filter(Boolean).join(" \u00b7 ")}
          </p>
        </div>
        <span className={styles.sheetScore}>
          <Score row={detail.item} />
          <span className={styles.dim}>
            {detail.item.vetoed ? t("quality.vetoed") : detail.item.passed ? t("quality.passed") : t("quality.notPassed")} {"\u00b7"} {t("quality.passFrom", { pass: detail.pass })}
          </span>
        </span>
      </header>
      <div className={styles.sheetBody}>
        <ul>
          {detail.lines.map((line) => (
            <li key={line.item}>
              <Line
                conversation={conversation}
                detail={detail}
                line={line}
                form={scoring ? form : null}
                onForm={setForm}
                appeal={appealing ? { on: appealed.includes(line.item), set: (on) => setAppealed(on ? [...appealed, line.item] : appealed.filter((one) => one !== line.item)) } : null}
              />
            </li>
          ))}
        </ul>
        {scoring ? <Missed detail={detail} form={form} onForm={setForm} /> : null}
        <History detail={detail} />
      </div>
      {scoring ? <ScoreFoot conversation={conversation} detail={detail} form={form} onForm={setForm} action={scoring} /> : null}
      {appealing ? <AppealFoot conversation={conversation} items={appealed} /> : null}
      {detail.may.includes("decide") ? <DecideFoot conversation={conversation} detail={detail} /> : null}
      {detail.may.length === 0 ? <p className={styles.sheetNote}>{t(`quality.nothingToDo.${detail.item.state}`)}</p> : null}
    </section>
  );
}

interface LineProps {
  conversation: string;
  detail: QualityDetail;
  line: QualityLine;
  /** Being scored, or only shown. */
  form: InspectionForm | null;
  onForm: (form: InspectionForm) => void;
  appeal: { on: boolean; set: (on: boolean) => void } | null;
}

function Line({ conversation, detail, line, form, onForm, appeal }: LineProps) {
  const { t } = useTranslation();
  const mine = form?.lines[line.item];
  const lost = mine?.lost ?? line.human_lost ?? line.lost;
  const differs = lost !== line.lost;
  return (
    <section className={styles.line} data-line={line.item}>
      <div className={styles.lineHead}>
        {appeal && lost > 0 ? <Checkbox checked={appeal.on} onChange={(event) => appeal.set(event.target.checked)} aria-label={t("quality.appealItem", { name: line.name })} /> : null}
        <span className={styles.lineName}>{line.name}</span>
        {line.veto ? <Tag tone={lost > 0 ? "red" : "grey"}>{t("quality.veto")}</Tag> : null}
        {line.manual ? <Tag>{t("quality.manual")}</Tag> : null}
        <span className={styles.grow} />
        {!isScored(line) ? (
          <span className={styles.dim}>{t("quality.notScored")}</span>
        ) : line.veto ? (
          form && mine ? (
            <label className={styles.lost}>
              <Switch size="small" checked={mine.lost > 0} aria-label={`${line.name} ${t("quality.vetoOn")}`} onChange={(on) => onForm({ ...form, lines: { ...form.lines, [line.item]: { ...mine, lost: on ? 1 : 0 } } })} />
              <span className={mine.lost > 0 ? styles.red : styles.dim}>{t("quality.vetoOn")}</span>
            </label>
          ) : (
            <span className={lost > 0 ? styles.red : styles.dim}>{lost > 0 ? t("quality.vetoed") : t("quality.vetoOff")}</span>
          )
        ) : form && mine ? (
          <label className={styles.lost}>
            <span className={styles.dim}>{t("quality.lost")}</span>
            <InputNumber
              size="small"
              min={0}
              max={line.weight}
              precision={0}
              value={mine.lost}
              aria-label={`${line.name} ${t("quality.lost")}`}
              onChange={(value) => onForm({ ...form, lines: { ...form.lines, [line.item]: { ...mine, lost: value ?? 0 } } })}
            />
            <span className={styles.dim}>/ {line.weight}</span>
          </label>
        ) : (
          <span className={lost > 0 ? styles.lostPoints : styles.dim}>{lost > 0 ? `\u2212${lost}` : t("quality.full", { weight: line.weight })}</span>
        )}
      </div>
      {differs ? <p className={styles.dim}>{line.veto ? t(line.lost > 0 ? "quality.machineVeto" : "quality.machineNoVeto") : line.lost > 0 ? t("quality.machineLost", { points: line.lost }) : t("quality.machineFull")}</p> : null}
      {line.evidence.length > 0 ? (
        <ul className={styles.evidence}>
          {line.evidence.map((one, index) => (
            <li key={`${one.id}:${one.seq ?? index}`}>
              <Evidence conversation={conversation} one={one} verdict={form ? (form.verdicts[one.id] ?? "right") : (detail.verdicts.find((verdict) => verdict.rule === one.id)?.verdict ?? null)} onVerdict={form ? (verdict) => onForm(withVerdict(detail, form, one.id, verdict)) : null} />
            </li>
          ))}
        </ul>
      ) : null}
      {form && mine && (differs || mine.note) ? (
        <Input
          size="small"
          value={mine.note}
          maxLength={300}
          status={differs && !mine.note.trim() ? "warning" : ""}
          placeholder={t("quality.whyOther")}
          aria-label={`${line.name} ${t("quality.whyOther")}`}
          onChange={(event) => onForm({ ...form, lines: { ...form.lines, [line.item]: { ...mine, note: event.target.value } } })}
        />
      ) : null}
      {!form && line.human_note ? <p className={styles.note}>{line.human_note}</p> : null}
    </section>
  );
}

/** The words that show it; pressing them lights their turn. Of a rule, a person says whether the machine was right. */
function Evidence({ conversation, one, verdict, onVerdict }: { conversation: string; one: QualityEvidence; verdict: Verdict | null; onVerdict: ((verdict: Verdict) => void) | null }) {
  const { t } = useTranslation();
  const lit = useLive((state) => one.turn !== null && state.conversations[conversation]?.byTurn[one.turn] !== undefined);
  return (
    <div className={styles.evidenceRow} data-evidence={one.id}>
      <button type="button" className={styles.evidenceWords} disabled={!lit} onClick={() => one.turn !== null && deskUi.light(one.turn)}>
        <span className={one.severity === "major" ? styles.red : styles.dim}>
          {one.severity === "major" ? <StopFilled aria-hidden="true" /> : <FileSearchOutlined aria-hidden="true" />} {one.id}
        </span>{" "}
        {one.name}
        {one.words ? <span className={styles.quote}> {`\u300c${one.words}\u300d`}</span> : null}
      </button>
      {one.kind === "rule" && onVerdict ? (
        <Segmented
          size="small"
          value={verdict === "wrong" ? "wrong" : "right"}
          onChange={(value) => onVerdict(value === "wrong" ? "wrong" : "right")}
          options={(["right", "wrong"] as const).map((value) => ({ value, label: t(`quality.verdict.${value}`) }))}
        />
      ) : verdict === "wrong" ? (
        <Tag>{t("quality.verdict.wrong")}</Tag>
      ) : null}
    </div>
  );
}

/** What the machine did not find: the other half of how far it can be trusted. */
function Missed({ detail, form, onForm }: { detail: QualityDetail; form: InspectionForm; onForm: (form: InspectionForm) => void }) {
  const { t } = useTranslation();
  const [rule, setRule] = useState("");
  const sheets = useSheets();
  const found = new Set(foundRules(detail));
  const known = [...new Set((sheets.data?.items ?? []).filter((sheet) => sheet.id === detail.item.sheet).flatMap((sheet) => sheet.items.flatMap((item) => item.rules)))];
  const missed = Object.entries(form.verdicts).filter(([, verdict]) => verdict === "missed");
  const wanted = rule.trim().toUpperCase();
  const add = () => {
    if (!wanted || found.has(wanted)) return;
    onForm(withVerdict(detail, form, wanted, "missed"));
    setRule("");
  };
  return (
    <section className={styles.missed}>
      <h3>{t("quality.missedTitle")}</h3>
      <div className={styles.missedRow}>
        {missed.map(([one]) => (
          <Button key={one} size="small" onClick={() => onForm(withVerdict(detail, form, one, null))} title={t("quality.removeMissed", { rule: one })}>
            {one} {"\u00d7"}
          </Button>
        ))}
        <Input size="small" list="quality-rules" value={rule} placeholder={t("quality.missedRule")} aria-label={t("quality.missedRule")} onChange={(event) => setRule(event.target.value)} onPressEnter={add} className={styles.missedInput} />
        <datalist id="quality-rules">
          {known.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <Button size="small" disabled={!wanted || found.has(wanted)} onClick={add}>
          {t("quality.addMissed")}
        </Button>
      </div>
    </section>
  );
}

function History({ detail }: { detail: QualityDetail }) {
  const { t } = useTranslation();
  if (detail.history.length === 0) return null;
  return (
    <section className={styles.history}>
      <h3>{t("quality.history")}</h3>
      <ol>
        {detail.history.map((step) => {
          const at = parseTime(step.at);
          return (
            <li key={step.seq} data-step-taken={step.kind}>
              <span className={styles.dim}>{at === null ? "" : dateTime(at)}</span>
              <span>
                {step.by.name} {t(`quality.step.${step.kind}`)}
                {step.outcome ? ` \u00b7 ${t(`quality.outcome.${step.outcome}`)}` : ""}
                {step.score !== null ? ` \u00b7 ${t("quality.scoreOf", { score: step.score })}` : ""}
                {step.items.length > 0 ? ` \u00b7 ${step.items.map((item) => detail.lines.find((line) => line.item === item)?.name ?? item).join(t("gate.join"))}` : ""}
                {step.note ? <span className={styles.note}>{step.note}</span> : null}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Sends one step; the answer is the case as it stands now. */
function useStep(conversation: string): { busy: boolean; send: (step: (id: string) => Promise<QualityDetail>) => void } {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  // One id per step: pressing twice, or again after a lost answer, is one step.
  const id = useRef(newId());
  const send = (step: (id: string) => Promise<QualityDetail>) => {
    if (busy) return;
    setBusy(true);
    step(id.current)
      .then((detail) => {
        queries.setQueryData(["quality", "case", conversation], detail);
        void queries.invalidateQueries({ queryKey: ["quality", "list"] });
        void queries.invalidateQueries({ queryKey: ["quality", "samples"] });
        void queries.invalidateQueries({ queryKey: ["quality", "agreement"] });
        void message.success(t("quality.saved"));
      })
      .catch((error: unknown) => void message.error(errorText(error, t)))
      .finally(() => setBusy(false));
  };
  return { busy, send };
}

function Foot({ note, onNote, placeholder, children }: { note: string; onNote: (note: string) => void; placeholder: string; children: ReactNode }) {
  return (
    <footer className={styles.sheetFoot}>
      <Input.TextArea value={note} maxLength={1000} autoSize={{ minRows: 1, maxRows: 4 }} placeholder={placeholder} aria-label={placeholder} onChange={(event) => onNote(event.target.value)} data-step-note="" />
      <div className={styles.footActions}>{children}</div>
    </footer>
  );
}

function ScoreFoot({ conversation, detail, form, onForm, action }: { conversation: string; detail: QualityDetail; form: InspectionForm; onForm: (form: InspectionForm) => void; action: "inspect" | "recheck" }) {
  const { t } = useTranslation();
  const { busy, send } = useStep(conversation);
  const lack = lackOf(detail, form);
  return (
    <Foot note={form.note} onNote={(note) => onForm({ ...form, note })} placeholder={t("quality.comment")}>
      <span className={styles.dim}>{lack ? t("quality.whyMissing", { name: lack.name }) : `${t("quality.lostTotal", { points: lostOf(detail, form) })}${isVetoed(detail, form) ? ` \u00b7 ${t("quality.vetoed")}` : ""}`}</span>
      <span className={styles.grow} />
      <Button
        type="primary"
        icon={<CheckOutlined aria-hidden="true" />}
        loading={busy}
        disabled={lack !== null}
        onClick={() => send((id) => (action === "inspect" ? api.qualityInspect(conversation, inputOf(detail, form, id)) : api.qualityRecheck(conversation, inputOf(detail, form, id))))}
        data-inspect=""
      >
        {t(action === "inspect" ? "quality.inspect" : "quality.recheck")}
      </Button>
    </Foot>
  );
}

function AppealFoot({ conversation, items }: { conversation: string; items: string[] }) {
  const { t } = useTranslation();
  const { busy, send } = useStep(conversation);
  const [note, setNote] = useState("");
  return (
    <Foot note={note} onNote={setNote} placeholder={t("quality.appealReason")}>
      <span className={styles.dim}>{items.length > 0 ? t("quality.appealItems", { count: items.length }) : t("quality.appealHint")}</span>
      <span className={styles.grow} />
      <Button type="primary" loading={busy} disabled={note.trim() === ""} onClick={() => send((id) => api.qualityAppeal(conversation, { id, note: note.trim(), ...(items.length > 0 ? { items } : {}) }))} data-appeal="">
        {t("quality.appeal")}
      </Button>
    </Foot>
  );
}

function DecideFoot({ conversation, detail }: { conversation: string; detail: QualityDetail }) {
  const { t } = useTranslation();
  const { busy, send } = useStep(conversation);
  const [note, setNote] = useState("");
  const rechecked = detail.history.some((step) => step.kind === "rechecked");
  const decide = (outcome: "upheld" | "changed") => send((id) => api.qualityDecide(conversation, { id, outcome, note: note.trim() }));
  return (
    <Foot note={note} onNote={setNote} placeholder={t("quality.decisionReason")}>
      <span className={styles.dim}>{rechecked ? "" : t("quality.changeNeedsRecheck")}</span>
      <span className={styles.grow} />
      <Button loading={busy} disabled={note.trim() === ""} onClick={() => decide("upheld")} data-decide="upheld">
        {t("quality.uphold")}
      </Button>
      <Button type="primary" loading={busy} disabled={note.trim() === "" || !rechecked} onClick={() => decide("changed")} data-decide="changed">
        {t("quality.change")}
      </Button>
    </Foot>
  );
}
