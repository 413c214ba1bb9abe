import { CheckCircleFilled, CloseCircleFilled, ExclamationCircleFilled, LeftOutlined, LinkOutlined, LoadingOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App as AntApp, Button, Popconfirm, Skeleton } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api, ApiError } from "../../api/client";
import { contentKinds, type CheckResult, type ContentItem, type ContentKind } from "../../api/types";
import { errorText } from "../../app/errors";
import { NotFound } from "../../app/NotFound";
import { Empty } from "../../components/Empty";
import { ErrorBoundary } from "../../components/ErrorBoundary";
import { Tag } from "../../components/Tag";
import { dateTime, parseTime } from "../../lib/time";
import { diffLines } from "./diff";
import { DiffView } from "./DiffView";
import { hasForm, ItemForm } from "./ItemForm";
import { PublishDialog } from "./PublishDialog";
import styles from "./studio.module.css";
import { TryPanel } from "./TryPanel";
import { useItemDraft, type ItemDraft } from "./useItemDraft";
import { YamlEditor } from "./YamlEditor";
import { lineOfField, localizedOf, readItem, textOf, type Path } from "./yamlItem";

export function ItemPage() {
  const { kind, id } = useParams();
  const known = contentKinds.find((one) => one === kind);
  if (!known || !id) return <NotFound />;
  return <Load key={`${known}/${id}`} kind={known} id={id} />;
}

function Load({ kind, id }: { kind: ContentKind; id: string }) {
  const { t } = useTranslation();
  const item = useQuery({ queryKey: ["content", kind, id], queryFn: () => api.contentItem(kind, id), staleTime: Infinity });
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

type Tab = "try" | "diff" | "history";

function Item({ kind, id, item }: { kind: ContentKind; id: string; item: ContentItem }) {
  const { t } = useTranslation();
  const draft = useItemDraft(kind, id, item);
  const parsed = useMemo(() => readItem(draft.text), [draft.text]);
  const check = useCheck(kind, id, draft.text);
  const publish = usePublish(kind, id, draft);
  const [focused, setFocused] = useState<Path | null>(null);
  const [goTo, setGoTo] = useState<{ line: number } | null>(null);
  const [tab, setTab] = useState<Tab>("try");
  const title = localizedOf(parsed, ["title"], "zh") || localizedOf(parsed, ["name"], "zh") || textOf(parsed, ["zh"]) || id;
  const changed = useMemo(
    () => new Set(diffLines(item.text, draft.text).flatMap((line) => (line.kind === "added" && line.after !== null ? [line.after] : []))),
    [item.text, draft.text],
  );
  const errors = check.result && !check.stale ? check.result.errors : parsed.problems;
  const broken = parsed.problems.length > 0;

  useEffect(() => {
    document.title = `${title} \u00b7 ${t("places.studio")}`;
  }, [title, t]);

  return (
    <main id="main" tabIndex={-1} className={styles.page}>
      <header className={styles.itemHead}>
        <Link to={`/studio?kind=${kind}`} className={styles.crumb}>
          <LeftOutlined aria-hidden="true" /> {t(`studio.kinds.${kind}`)}
        </Link>
        <h1>
          <span className={styles.code}>{id}</span> {title}
        </h1>
        {draft.dirty ? <Tag tone="orange">{t("studio.unsaved")}</Tag> : item.text !== item.base_text ? <Tag>{t("studio.edited")}</Tag> : <Tag>{t("studio.original")}</Tag>}
        <span className={styles.hint}>{t("studio.current", { version: item.version })}</span>
        <span className={styles.grow} />
        {draft.dirty ? <Button onClick={draft.discard}>{t("studio.discard")}</Button> : null}
        {item.text !== item.base_text ? <ResetButton kind={kind} id={id} draft={draft} /> : null}
        <Button type="primary" disabled={!draft.dirty || errors.length > 0} onClick={() => publish.setOpen(true)} data-publish="">
          {t("studio.publish")}
        </Button>
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
      <div className={styles.columns}>
        <section className={styles.pane} aria-label={t("studio.form")}>
          <PaneHead title={t("studio.form")}>
            <span className={styles.hint}>
              <LinkOutlined aria-hidden="true" /> {t("studio.twoFaces")}
            </span>
          </PaneHead>
          <div className={styles.paneBody}>
            <ErrorBoundary resetKey={draft.text}>
              {broken ? (
                <Empty title={t("studio.formUnavailable")} />
              ) : hasForm(kind) ? (
                <ItemForm kind={kind} item={parsed} onChange={draft.setText} onFocus={setFocused} />
              ) : (
                <Empty title={t("studio.noForm")} />
              )}
            </ErrorBoundary>
          </div>
        </section>
        <section className={styles.pane} aria-label={t("studio.text")}>
          <PaneHead title={t("studio.text")}>
            <CheckState check={check} problems={parsed.problems.length} />
          </PaneHead>
          <YamlEditor
            value={draft.text}
            onChange={draft.setText}
            label={t("studio.text")}
            errors={new Set(errors.map((error) => error.line))}
            changed={changed}
            lit={focused && !broken ? lineOfField(parsed, focused) : null}
            goTo={goTo}
          />
          <Problems errors={errors} warnings={check.result?.warnings ?? []} onGo={(line) => setGoTo({ line })} />
        </section>
        <section className={styles.pane} aria-label={t(`studio.${tab}`)}>
          <div role="tablist" className={styles.tabs}>
            {(["try", "diff", "history"] as const).map((name) => (
              <button key={name} type="button" role="tab" aria-selected={tab === name} className={styles.tab} onClick={() => setTab(name)}>
                {t(`studio.${name}`)}
              </button>
            ))}
          </div>
          <div className={styles.paneBody} role="tabpanel">
            {tab === "try" ? <TryPanel kind={kind} id={id} text={draft.text} /> : null}
            {tab === "diff" ? <DiffView before={draft.dirty ? item.text : item.base_text} after={draft.dirty ? draft.text : item.text} /> : null}
            {tab === "history" ? <History item={item} /> : null}
          </div>
        </section>
      </div>
      <PublishDialog open={publish.open} busy={publish.busy} onClose={() => publish.setOpen(false)} onPublish={publish.run} />
    </main>
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
            <Tag>{t("studio.alone")}</Tag>
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
          void message.error(t("studio.publishFailed", { reason: firstError(error) ?? errorText(error, t) }));
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
  return { open, setOpen, busy, conflict, run, reload };
}

function firstError(error: unknown): string | null {
  if (!(error instanceof ApiError)) return null;
  const errors = error.body["errors"];
  const first: unknown = Array.isArray(errors) ? errors[0] : null;
  if (first && typeof first === "object" && "message" in first && typeof first.message === "string") return first.message;
  return null;
}
