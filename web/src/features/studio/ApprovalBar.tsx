// A draft's way to a second person: save, submit, take back; approve or reject for whom it is.
import { useQueryClient } from "@tanstack/react-query";
import { App as AntApp, Button, Input, Modal, Popconfirm } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ApiError } from "../../api/client";
import type { ContentItem, ContentKind } from "../../api/types";
import { errorText } from "../../app/errors";
import { Tag } from "../../components/Tag";
import { dateTime, parseTime } from "../../lib/time";
import { hasRole, useSession } from "../../state/session";
import styles from "./studio.module.css";
import { firstMistake } from "./TryPanel";
import type { ItemDraft } from "./useItemDraft";

interface ApprovalProps {
  kind: ContentKind;
  id: string;
  item: ContentItem;
  draft: ItemDraft;
  errors: number;
  onConflict: () => void;
}

type Ask = "submit" | "approve" | "reject";

export function ApprovalBar({ kind, id, item, draft, errors, onConflict }: ApprovalProps) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const queries = useQueryClient();
  const user = useSession((state) => state.user);
  const [ask, setAsk] = useState<Ask | null>(null);
  const [busy, setBusy] = useState(false);
  const open = item.draft ?? null;
  const wrote = open?.editors.some((one) => one.id === user?.id) ?? false;
  const approver = hasRole(user, "approver");
  const changed = draft.text !== item.text;

  const run = async (work: () => Promise<string>) => {
    setBusy(true);
    try {
      const done = await work();
      await queries.fetchQuery({ queryKey: ["content", kind, id], queryFn: () => api.contentItem(kind, id), staleTime: 0 }).catch(() => undefined);
      draft.discard();
      void queries.invalidateQueries({ queryKey: ["content", "list"] });
      void queries.invalidateQueries({ queryKey: ["drafts"] });
      setAsk(null);
      void message.success(done);
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) onConflict();
      setAsk(null);
      void message.error(t("approval.failed", { reason: firstMistake(error) ?? errorText(error, t) }));
    } finally {
      setBusy(false);
    }
  };
  const save = () => api.draftSave(kind, id, { text: draft.text, base_version: draft.base, revision: open?.revision ?? 0 });
  const saveOnly = () => run(async () => (await save(), t("approval.savedDone")));
  const decide = (comment: string) => {
    if (ask === "submit") {
      void run(async () => {
        const saved = draft.dirty || !open ? await save() : open;
        await api.draftStep(kind, id, "submit", { revision: saved.revision, comment });
        return t("approval.submitted");
      });
    } else if (ask) {
      void run(async () => {
        const after = await api.draftStep(kind, id, ask, { revision: open?.revision ?? 0, comment });
        return ask === "approve" ? t("approval.approved", { version: after.version ?? 0 }) : t("approval.rejected");
      });
    }
  };
  const withdraw = () => run(async () => (await api.draftStep(kind, id, "withdraw", { revision: open?.revision ?? 0 }), t("approval.withdrawn")));
  const drop = () => run(async () => (await api.draftDrop(kind, id), t("approval.dropped")));

  return (
    <>
      {open?.state === "submitted" ? (
        <>
          {wrote ? (
            <Button loading={busy} onClick={() => void withdraw()} data-withdraw="">
              {t("approval.withdraw")}
            </Button>
          ) : null}
          {approver ? (
            <>
              <Button disabled={wrote} title={wrote ? t("approval.fourEyes") : undefined} onClick={() => setAsk("reject")} data-reject="">
                {t("approval.reject")}
              </Button>
              <Button type="primary" disabled={wrote} title={wrote ? t("approval.fourEyes") : undefined} onClick={() => setAsk("approve")} data-approve="">
                {t("approval.approve")}
              </Button>
            </>
          ) : (
            <span className={styles.hint}>{t("approval.secondPerson")}</span>
          )}
        </>
      ) : (
        <>
          {open ? (
            <Popconfirm title={t("approval.dropTitle")} okText={t("approval.drop")} cancelText={t("common.cancel")} onConfirm={() => drop()}>
              <Button>{t("approval.drop")}</Button>
            </Popconfirm>
          ) : null}
          <Button disabled={!draft.dirty} loading={busy} onClick={() => void saveOnly()} data-save="">
            {t("approval.save")}
          </Button>
          <Button type="primary" disabled={!changed || errors > 0} onClick={() => setAsk("submit")} data-submit="">
            {t("approval.submit")}
          </Button>
        </>
      )}
      {ask ? <Words ask={ask} busy={busy} initial={ask === "submit" ? (open?.comment ?? "") : ""} onClose={() => setAsk(null)} onDone={decide} /> : null}
    </>
  );
}

function Words({ ask, busy, initial, onClose, onDone }: { ask: Ask; busy: boolean; initial: string; onClose: () => void; onDone: (comment: string) => void }) {
  const { t } = useTranslation();
  const [comment, setComment] = useState(initial);
  const [missing, setMissing] = useState(false);
  const needed = ask !== "approve";
  const empty = comment.trim() === "";
  return (
    <Modal open onCancel={onClose} title={t(`approval.ask.${ask}`)} footer={null} closable={{ "aria-label": t("common.close") }} destroyOnHidden>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (needed && empty) setMissing(true);
          else onDone(comment.trim());
        }}
      >
        <label htmlFor="approval-comment">{t(ask === "submit" ? "studio.comment" : "approval.words")}</label>
        <Input.TextArea id="approval-comment" autoFocus autoSize={{ minRows: 2, maxRows: 6 }} maxLength={500} value={comment} onChange={(event) => setComment(event.target.value)} aria-invalid={missing && empty} />
        <p role="alert" className={styles.failed}>
          {missing && empty ? t("studio.commentNeeded") : ""}
        </p>
        <p className={styles.hint}>{t(`approval.then.${ask}`)}</p>
        <div className={styles.dialogFoot}>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="primary" htmlType="submit" loading={busy} data-approval-confirm="">
            {t(`approval.${ask}`)}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** What became of earlier drafts of this item. */
export function DecisionList({ item, onResume }: { item: ContentItem; onResume: ((text: string) => void) | null }) {
  const { t } = useTranslation();
  const decided = (item.decided ?? []).slice(0, 5);
  if (decided.length === 0) return null;
  return (
    <ol className={styles.history} aria-label={t("approval.decided")}>
      {decided.map((draft) => {
        const at = parseTime(draft.decided_at ?? draft.at);
        return (
          <li key={draft.number}>
            <div className={styles.historyHead}>
              <Tag tone={draft.state === "approved" ? "green" : draft.state === "rejected" ? "red" : "grey"}>{t(`approval.state.${draft.state}`)}</Tag>
              <span>{draft.reviewer?.name ?? draft.editors.at(-1)?.name ?? ""}</span>
              <span className={styles.hint}>{at === null ? "" : dateTime(at)}</span>
            </div>
            <div>{draft.review || draft.comment}</div>
            {draft.state === "rejected" && draft.text !== undefined && onResume ? (
              <Button size="small" onClick={() => onResume(draft.text ?? "")} data-resume="">
                {t("approval.resume")}
              </Button>
            ) : null}
          </li>
        );
      })}
    </ol>
  );
}
