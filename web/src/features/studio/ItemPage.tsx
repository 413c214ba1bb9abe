import { CheckCircleFilled, CloseCircleFilled, ExclamationCircleFilled, LeftOutlined, LinkOutlined, LoadingOutlined, MoreOutlined, RedoOutlined, UndoOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App as AntApp, Button, Dropdown, Popconfirm, Skeleton } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { api, ApiError } from "../../api/client";
import { contentKinds, type CheckResult, type ContentItem, type ContentKind } from "../../api/types";
import { errorText } from "../../app/errors";
import { NotFound } from "../../app/NotFound";
import { Empty } from "../../components/Empty";
import { ErrorBoundary } from "../../components/ErrorBoundary";
import { Tag } from "../../components/Tag";
import { dateTime, parseTime } from "../../lib/time";
import { usePrefs } from "../../state/prefs";
import { hasRole, useSession } from "../../state/session";
import { ApprovalBar, DecisionList } from "./ApprovalBar";
import { ConditionScope } from "./condition/ConditionEditor";
import { diffLines } from "./diff";
import { DiffView } from "./DiffView";
import { FlowEditor, useFlowActions, type FlowSelection } from "./flow/FlowEditor";
import { readFlow } from "./flow/model";
import { FlowForm, StepForm } from "./flow/StepForm";
import { hasForm, ItemForm } from "./ItemForm";
import { NewItemDialog } from "./NewItemDialog";
import { placed } from "./places";
import { PublishDialog } from "./PublishDialog";
import { RuleForm } from "./rule/RuleForm";
import { ruleOrder } from "./rule/fields";
import styles from "./studio.module.css";
import "./words";
import { firstMistake, TryPanel } from "./TryPanel";
import { begunItem, useItemDraft, type ItemDraft } from "./useItemDraft";
import { useKeys } from "./useKeys";
import { WhatIfPanel } from "./whatif/WhatIfPanel";
import { YamlEditor } from "./YamlEditor";
import { lineOfField, localizedOf, readItem, textOf, withDate, type ItemText, type Path } from "./yamlItem";

export function ItemPage() {
  const { kind, id } = useParams();
  const known = contentKinds.find((one) => one === kind);
  if (!known || !id) return <NotFound />;
  return <Load key={`${known}/${id}`} kind={known} id={id} />;
}

/** An item that so far exists only in this browser. */
const unborn = (kind: ContentKind, id: string): ContentItem => ({ kind, id, pack: "", version: 0, text: "", base_text: "", item: {}, history: [], draft: null, decided: [] });

function Load({ kind, id }: { kind: ContentKind; id: string }) {
  const { t } = useTranslation();
  const item = useQuery({
    queryKey: ["content", kind, id],
    staleTime: Infinity,
    queryFn: async () => {
      try {
        return await api.contentItem(kind, id);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404 && begunItem(kind, id)) return unborn(kind, id);
        throw error;
      }
    },
  });
  if (item.isError) {
    return (
      <main id="main" className={styles.page}>
        <Empty title={errorText(item.error, t)} action={<Link to={`/studio?kind=${kind}`}>{t("common.back")}</Link>} />
      </main>
    );
  }
  if (!item.data) {
    return (
      <main id="main" className={styles.page}>
        <Skeleton active className={styles.skeleton} paragraph={{ rows: 12 }} />
      </main>
    );
  }
  return <Item kind={kind} id={id} item={item.data} />;
}

const tabs = ["step", "yaml", "try", "whatif", "diff", "history"] as const;
type Tab = (typeof tabs)[number];

function Item({ kind, id, item }: { kind: ContentKind; id: string; item: ContentItem }) {
  const { t } = useTranslation();
  const user = useSession((state) => state.user);
  const draft = useItemDraft(kind, id, item);
  const parsed = useMemo(() => readItem(draft.text), [draft.text]);
  const published = useMemo(() => readItem(item.text), [item.text]);
  const check = useCheck(kind, id, draft.text);
  const publish = usePublish(kind, id, draft);
  const [focused, setFocused] = useState<Path | null>(null);
  const [goTo, setGoTo] = useState<{ line: number } | null>(null);
  const graph = kind === "flow" && readFlow(parsed).steps.length > 0;
  const [tab, setTab] = useState<Tab>(item.draft?.state === "submitted" ? "diff" : kind === "flow" ? "step" : "try");
  const [selection, setSelection] = useState<FlowSelection>({ step: null, edge: null });
  const [tried, setTried] = useState(false);
  if (tab === "try" && !tried) setTried(true);
  const [copying, setCopying] = useState(false);
  const lang = usePrefs((prefs) => prefs.lang);
  const named = (one: "zh" | "en") => localizedOf(parsed, ["title"], one) || localizedOf(parsed, ["name"], one) || textOf(parsed, [one]);
  const title = named(lang) || named("zh") || id;
  const changed = useMemo(
    () => new Set(diffLines(item.text, draft.text).flatMap((line) => (line.kind === "added" && line.after !== null ? [line.after] : []))),
    [item.text, draft.text],
  );
  const errors = useMemo(() => (check.result && !check.stale ? placed(check.result.errors, parsed) : parsed.problems), [check.result, check.stale, parsed]);
  const broken = parsed.problems.length > 0;
  const locked = item.draft?.state === "submitted";
  const different = draft.text !== item.text;
  const editor = hasRole(user, "editor", "approver");
  const alone = hasRole(user, "editor") && item.alone !== false;
  const setText = locked ? () => undefined : draft.setText;

  useEffect(() => {
    document.title = `${title} \u00b7 ${t("places.studio")}`;
  }, [title, t]);

  // The browser's own undo serves inside a field; everywhere else this one does.
  useKeys((event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || locked) return;
    if (event.target instanceof HTMLElement && /^(INPUT|TEXTAREA)$/.test(event.target.tagName)) return;
    const back = event.key === "z" && !event.shiftKey;
    const step = back ? draft.undo : event.key === "y" || (event.key.toLowerCase() === "z" && event.shiftKey) ? draft.redo : null;
    if (!step) return;
    event.preventDefault();
    step();
  });

  const yaml = (
    <>
      <YamlEditor
        value={draft.text}
        onChange={setText}
        label={t("studio.text")}
        errors={new Set(errors.map((error) => error.line))}
        changed={changed}
        lit={focused && !broken ? lineOfField(parsed, focused) : null}
        goTo={goTo}
      />
      <Problems errors={errors} warnings={check.result?.warnings ?? []} onGo={(line) => setGoTo({ line })} />
    </>
  );
  const shownTabs = tabs.filter((name) => (name === "step" || name === "yaml" ? graph : name === "whatif" ? kind === "rule" || kind === "flow" || kind === "class" : true));
  const side = (
    <section className={styles.pane} aria-label={t(`studio.${tab}`)}>
      <div role="tablist" className={styles.tabs}>
        {shownTabs.map((name) => (
          <button key={name} type="button" role="tab" aria-selected={tab === name} className={styles.tab} onClick={() => setTab(name)} data-tab={name}>
            {t(`studio.${name}`)}
            {name === "yaml" && errors.length > 0 ? ` (${errors.length})` : ""}
          </button>
        ))}
      </div>
      {tab === "yaml" && graph ? yaml : null}
        <div className={styles.paneBody} role="tabpanel" hidden={tab === "yaml" && graph}>
          {tab === "step" && graph ? (
            <ConditionScope>
              <fieldset disabled={locked} className={styles.locked}>
                <Inspector item={parsed} selection={selection} errors={errors} onSelect={setSelection} onChange={setText} />
              </fieldset>
            </ConditionScope>
          ) : null}
          {tried ? (
            // Stays with its dialogue while one looks at other tabs.
            <div hidden={tab !== "try"}>
              <TryPanel kind={kind} id={id} text={draft.text} ready={tab === "try" && !broken && errors.length === 0} />
            </div>
          ) : null}
          {tab === "whatif" ? <WhatIfPanel kind={kind} id={id} text={draft.text} ready={!broken && errors.length === 0} /> : null}
          {tab === "diff" ? (
            <>
              <DecisionList item={item} onResume={item.draft ? null : setText} />
              <DiffView published={item.text} pack={item.base_text} text={draft.text} />
            </>
          ) : null}
          {tab === "history" ? <History item={item} /> : null}
        </div>
    </section>
  );

  return (
    <main id="main" tabIndex={-1} className={styles.page}>
      <header className={styles.itemHead}>
        <Link to={`/studio?kind=${kind}`} className={styles.crumb}>
          <LeftOutlined aria-hidden="true" /> {t(`studio.kinds.${kind}`)}
        </Link>
        <h1>
          <span className={styles.code}>{id}</span> {title}
        </h1>
        <StateTag item={item} draft={draft} />
        {item.version > 0 ? <span className={styles.hint}>{t("studio.current", { version: item.version })}</span> : null}
        {graph ? <CheckState check={check} problems={parsed.problems.length} /> : null}
        <span className={styles.grow} />
        <Button type="text" icon={<UndoOutlined aria-hidden="true" />} aria-label={t("studio.undo")} title={`${t("studio.undo")} Ctrl+Z`} disabled={!draft.undo || locked} onClick={() => draft.undo?.()} data-undo="" />
        <Button type="text" icon={<RedoOutlined aria-hidden="true" />} aria-label={t("studio.redo")} title={`${t("studio.redo")} Ctrl+Y`} disabled={!draft.redo || locked} onClick={() => draft.redo?.()} data-redo="" />
        {draft.dirty ? <Button onClick={draft.discard}>{t("studio.discard")}</Button> : null}
        {item.text !== item.base_text && item.base_text !== "" && alone ? <ResetButton kind={kind} id={id} draft={draft} /> : null}
        {alone && !locked ? (
          <Button disabled={!different || errors.length > 0 || broken} onClick={() => publish.setOpen(true)} data-publish="">
            {t("studio.publish")}
          </Button>
        ) : null}
        {editor ? <ApprovalBar kind={kind} id={id} item={item} draft={draft} errors={errors.length + parsed.problems.length} onConflict={() => publish.setConflict(true)} /> : null}
        <MoreMenu kind={kind} id={id} draft={item.draft !== null && item.draft !== undefined} item={parsed} locked={locked || broken} onCopy={() => setCopying(true)} onChange={setText} />
      </header>
      {publish.conflict ? (
        <Alert
          banner
          type="warning"
          title={t("studio.conflict")}
          action={
            <Button size="small" onClick={publish.reload}>
              {t("studio.reload")}
            </Button>
          }
        />
      ) : null}
      {draft.restored && !publish.conflict ? <Alert banner type="info" title={t("studio.draftRestored")} closable={{ "aria-label": t("common.close") }} /> : null}
      {item.draft && !publish.conflict ? <DraftBanner item={item} /> : null}
      {graph ? (
        <div className={styles.flowColumns}>
          <section className={styles.pane} aria-label={t("graph.graph")}>
            <ErrorBoundary resetKey={draft.text}>
              <FlowEditor
                item={parsed}
                published={published}
                selection={selection}
                errors={errors}
                onSelect={(next) => {
                  setSelection(next);
                  if (next.step) setTab("step");
                }}
                onChange={setText}
              />
            </ErrorBoundary>
          </section>
          {side}
        </div>
      ) : (
        <div className={styles.columns}>
          <section className={styles.pane} aria-label={t("studio.form")}>
            <PaneHead title={t("studio.form")}>
              <span className={styles.hint}>
                <LinkOutlined aria-hidden="true" /> {t("studio.twoFaces")}
              </span>
            </PaneHead>
            <div className={styles.paneBody}>
              <ErrorBoundary resetKey={draft.text}>
                {/* What is being looked at does not change. */}
                <fieldset disabled={locked} className={styles.locked}>
                  {broken ? (
                    <Empty title={t("studio.formUnavailable")} />
                  ) : kind === "rule" ? (
                    <RuleForm item={parsed} onChange={setText} onFocus={setFocused} errors={errors} />
                  ) : hasForm(kind) ? (
                    <ItemForm kind={kind} item={parsed} onChange={setText} onFocus={setFocused} />
                  ) : (
                    <Empty title={t("studio.noForm")} />
                  )}
                </fieldset>
              </ErrorBoundary>
            </div>
          </section>
          <section className={styles.pane} aria-label={t("studio.text")}>
            <PaneHead title={t("studio.text")}>
              <CheckState check={check} problems={parsed.problems.length} />
            </PaneHead>
            {yaml}
          </section>
          {side}
        </div>
      )}
      <PublishDialog open={publish.open} busy={publish.busy} onClose={() => publish.setOpen(false)} onPublish={publish.run} />
      {copying ? <NewItemDialog kind={kind} text={draft.text} onClose={() => setCopying(false)} /> : null}
    </main>
  );
}

function Inspector({ item, selection, errors, onSelect, onChange }: { item: ItemText; selection: FlowSelection; errors: CheckResult["errors"]; onSelect: (selection: FlowSelection) => void; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  const actions = useFlowActions(item, selection, onSelect, onChange);
  if (item.problems.length > 0) return <Empty title={t("studio.formUnavailable")} />;
  const flow = readFlow(item);
  const step = flow.steps.find((one) => one.id === selection.step);
  if (!step) return <FlowForm item={item} onChange={onChange} />;
  return (
    <StepForm
      key={step.id}
      item={item}
      flow={flow}
      step={step}
      errors={errors}
      onChange={(text, select) => {
        onChange(text);
        if (select) onSelect({ step: select, edge: null });
      }}
      onAdd={actions.add}
      onRemove={actions.remove}
    />
  );
}

function StateTag({ item, draft }: { item: ContentItem; draft: ItemDraft }) {
  const { t } = useTranslation();
  if (item.draft?.state === "submitted") return <Tag tone="orange">{t("approval.state.submitted")}</Tag>;
  if (draft.dirty) return <Tag tone="orange">{t("studio.unsaved")}</Tag>;
  if (item.draft) return <Tag tone="orange">{t("approval.state.draft")}</Tag>;
  return item.text !== item.base_text ? <Tag>{t("studio.edited")}</Tag> : <Tag>{t("studio.original")}</Tag>;
}

function DraftBanner({ item }: { item: ContentItem }) {
  const { t } = useTranslation();
  const { draft } = item;
  if (!draft) return null;
  const at = parseTime(draft.submitted_at ?? draft.at);
  const values = { name: draft.editors.at(-1)?.name ?? "", at: at === null ? "" : dateTime(at), comment: draft.comment };
  const stale = draft.base_version !== item.version;
  return (
    <Alert
      banner
      type={stale ? "warning" : "info"}
      title={
        <>
          {t(draft.state === "submitted" ? "approval.waits" : "approval.saved", values)} {stale ? t("approval.stale", { version: item.version }) : ""}
        </>
      }
    />
  );
}

function MoreMenu({ kind, id, draft, item, locked, onCopy, onChange }: { kind: ContentKind; id: string; draft: boolean; item: ItemText; locked: boolean; onCopy: () => void; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const today = new Date().toISOString().slice(0, 10);
  const items = [
    ...(kind === "rule" || kind === "class" ? [{ key: "copy", label: t("studio.copy") }] : []),
    ...(["rule", "article", "announcement"].includes(kind) ? [{ key: "retire", label: t("studio.retire"), disabled: locked }] : []),
    ...(kind === "flow" ? [{ key: "bpmn", label: <a href={api.bpmnAddress(id, draft)} download={`${id}.bpmn`}>{t("graph.exportBpmn")}</a> }] : []),
    { key: "drafts", label: t("approval.list") },
    { key: "whatif", label: t("whatif.title") },
  ];
  return (
    <Dropdown
      trigger={["click"]}
      placement="bottomRight"
      menu={{
        items,
        onClick: ({ key }) => {
          if (key === "copy") onCopy();
          else if (key === "bpmn") return; // a link
          else if (key === "retire") onChange(withDate(item, ["to"], today, ruleOrder));
          else void navigate(`/studio/${key}`);
        },
      }}
    >
      <Button icon={<MoreOutlined aria-hidden="true" />} aria-label={t("studio.more")} data-more="" />
    </Dropdown>
  );
}

function PaneHead({ title, children }: { title: string; children?: React.ReactNode }) {
  return (
    <div className={styles.paneHead}>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

interface Check {
  result: CheckResult | null;
  stale: boolean;
  failed: unknown;
}

const checkPauseMs = 350;

/** The server's check of the text as it stands, a moment after the last key. */
function useCheck(kind: ContentKind, id: string, text: string): Check {
  const [check, setCheck] = useState<Check & { text: string }>({ result: null, stale: true, failed: null, text: "" });
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      api
        .contentCheck({ kind, id, text }, abort.signal)
        .then((result) => setCheck({ result, stale: false, failed: null, text }))
        .catch((failed: unknown) => {
          if (!abort.signal.aborted) setCheck((before) => ({ ...before, failed, text }));
        });
    }, checkPauseMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [kind, id, text]);
  return { result: check.result, stale: check.text !== text, failed: check.text === text ? check.failed : null };
}

function CheckState({ check, problems }: { check: Check; problems: number }) {
  const { t } = useTranslation();
  const errors = check.stale ? problems : (check.result?.errors.length ?? 0);
  const warnings = check.result?.warnings.length ?? 0;
  return (
    <span role="status" className={styles.checkState} data-check={errors > 0 ? "errors" : check.stale ? "checking" : "ok"}>
      {check.failed ? <span className={styles.orange}>{t("studio.checkFailed", { reason: errorText(check.failed, t) })}</span> : null}
      {errors > 0 ? (
        <span className={styles.red}>
          <CloseCircleFilled aria-hidden="true" /> {t("studio.checkErrors", { count: errors })}
        </span>
      ) : check.stale ? (
        <span className={styles.hint}>
          <LoadingOutlined aria-hidden="true" /> {t("studio.checking")}
        </span>
      ) : check.result ? (
        <span className={styles.green}>
          <CheckCircleFilled aria-hidden="true" /> {t("studio.checkOk")}
        </span>
      ) : null}
      {warnings > 0 ? (
        <span className={styles.orange}>
          <ExclamationCircleFilled aria-hidden="true" /> {t("studio.checkWarnings", { count: warnings })}
        </span>
      ) : null}
    </span>
  );
}

function Problems({ errors, warnings, onGo }: { errors: CheckResult["errors"]; warnings: CheckResult["warnings"]; onGo: (line: number) => void }) {
  const { t } = useTranslation();
  const all = [...errors.map((one) => ({ ...one, error: true })), ...warnings.map((one) => ({ ...one, line: one.line ?? 1, error: false }))];
  if (all.length === 0) return null;
  return (
    <ul className={styles.problems}>
      {all.map((problem, index) => (
        <li key={index}>
          <button type="button" className={styles.problem} onClick={() => onGo(problem.line)} data-problem={problem.line}>
            <span className={problem.error ? styles.red : styles.orange}>
              {problem.error ? <CloseCircleFilled aria-hidden="true" /> : <ExclamationCircleFilled aria-hidden="true" />} {t("studio.line", { line: problem.line })}
            </span>
            <span>{problem.message}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function History({ item }: { item: ContentItem }) {
  const { t } = useTranslation();
  if (item.history.length === 0) return <Empty title={t("studio.noHistory")} />;
  return (
    <ol className={styles.history}>
      {item.history.map((version, index) => {
        const at = parseTime(version.at);
        return (
          <li key={index}>
            <div className={styles.historyHead}>
              <strong>v{version.version}</strong> {version.author} <span className={styles.hint}>{at === null ? "" : dateTime(at)}</span>
            </div>
            <div>{version.comment}</div>
            {version.state === "retired" ? <Tag>{t("studio.resetDone")}</Tag> : version.approved_by ? <Tag tone="green">{t("approval.by", { name: version.approved_by })}</Tag> : <Tag>{t("studio.alone")}</Tag>}
          </li>
        );
      })}
    </ol>
  );
}

function ResetButton({ kind, id, draft }: { kind: ContentKind; id: string; draft: ItemDraft }) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const queries = useQueryClient();
  const reset = async () => {
    try {
      await api.contentReset(kind, id);
      draft.discard();
      await queries.invalidateQueries({ queryKey: ["content"] });
      void message.success(t("studio.resetDone"));
    } catch (error) {
      void message.error(errorText(error, t));
    }
  };
  return (
    <Popconfirm title={t("studio.resetTitle")} description={t("studio.resetText")} okText={t("studio.reset")} cancelText={t("common.cancel")} onConfirm={() => reset()}>
      <Button>{t("studio.reset")}</Button>
    </Popconfirm>
  );
}

function usePublish(kind: ContentKind, id: string, draft: ItemDraft) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [conflict, setConflict] = useState(false);

  const run = (comment: string) => {
    setBusy(true);
    void (async () => {
      try {
        await api.contentPublish(kind, id, { text: draft.text, expected_version: draft.base, comment });
        const now = await queries.fetchQuery({ queryKey: ["content", kind, id], queryFn: () => api.contentItem(kind, id), staleTime: 0 });
        draft.discard();
        setOpen(false);
        setConflict(false);
        void queries.invalidateQueries({ queryKey: ["content", "list"] });
        void message.success(t("studio.published", { version: now.version }));
      } catch (error) {
        if (error instanceof ApiError && error.status === 409) {
          setOpen(false);
          setConflict(true);
        } else {
          void message.error(t("studio.publishFailed", { reason: firstMistake(error) ?? errorText(error, t) }));
        }
      } finally {
        setBusy(false);
      }
    })();
  };
  const reload = () => {
    void (async () => {
      const now = await queries.fetchQuery({ queryKey: ["content", kind, id], queryFn: () => api.contentItem(kind, id), staleTime: 0 });
      draft.rebase(now.version);
      setConflict(false);
    })();
  };
  return { open, setOpen, busy, conflict, setConflict, run, reload };
}
