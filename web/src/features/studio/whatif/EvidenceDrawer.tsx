// The conversation behind a verdict, read-only and logged, at the turn that caused it.
import { useQuery } from "@tanstack/react-query";
import { Drawer, Skeleton } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, ApiError } from "../../../api/client";
import type { ConversationEvent, WhatIfChange } from "../../../api/types";
import { errorText } from "../../../app/errors";
import { Empty } from "../../../components/Empty";
import { clock } from "../../../lib/time";
import { parseTime } from "../../../lib/time";
import { hasRole, useSession } from "../../../state/session";
import styles from "../studio.module.css";

interface Line {
  seq: number;
  speaker: string;
  text: string;
  at: string;
}

export function EvidenceDrawer({ change, onClose }: { change: WhatIfChange | null; onClose: () => void }) {
  const { t } = useTranslation();
  const user = useSession((state) => state.user);
  const id = change?.conversation ?? "";
  const read = useQuery({
    queryKey: ["evidence", id],
    enabled: change !== null,
    staleTime: 60_000,
    retry: false,
    queryFn: async () => {
      await api.conversation(id); // looked at, and so written down
      const lines: Line[] = [];
      let after = 0;
      for (;;) {
        const page = await api.frames(id, after);
        for (const frame of page.items) if (frame.kind === "event") lines.push(...lineOf(frame.event));
        if (page.items.length === 0 || page.next_n <= after) break;
        after = page.next_n;
      }
      return lines;
    },
  });
  const here = useRef<HTMLLIElement>(null);
  useEffect(() => {
    here.current?.scrollIntoView({ block: "center" });
  }, [read.data, change]);
  return (
    <Drawer
      open={change !== null}
      onClose={onClose}
      size={520}
      closable={{ "aria-label": t("common.close") }}
      title={change ? `${change.rule} \u00b7 ${t(change.change === "added" ? "whatif.new" : "whatif.gone")}` : ""}
      extra={change && hasRole(user, "supervisor", "admin", "auditor") ? <Link to={`/console/${encodeURIComponent(id)}`}>{t("whatif.inConsole")}</Link> : null}
    >
      {read.isLoading ? <Skeleton active paragraph={{ rows: 8 }} /> : null}
      {read.isError ? <Empty title={read.error instanceof ApiError && read.error.status === 403 ? t("whatif.notYours") : errorText(read.error, t)} /> : null}
      <p className={styles.hint}>{t("whatif.logged")}</p>
      <ol className={styles.turns} aria-label={t("whatif.conversation")} data-evidence={id}>
        {(read.data ?? []).map((line) => {
          const lit = line.seq === change?.seq;
          const at = parseTime(line.at);
          return (
            <li key={line.seq} ref={lit ? here : undefined} className={lit ? styles.evidence : undefined} data-lit={lit ? "" : undefined}>
              <div className={styles.turn}>
                <span className={styles.turnWho}>{at === null ? "" : clock(at)}</span>
                <span className={styles.turnWho}>{t(`try.prefix.${line.speaker === "customer" || line.speaker === "bot" || line.speaker === "event" ? line.speaker : "agent"}`)}</span>
                <span>{lit ? withWords(line.text, change?.words ?? "") : line.text}</span>
              </div>
            </li>
          );
        })}
      </ol>
    </Drawer>
  );
}

function lineOf(event: ConversationEvent): Line[] {
  if (event.type === "utterance") return [{ seq: event.seq, speaker: event.speaker, text: event.text ?? "", at: event.recorded_at }];
  if (event.type === "act.proposed") return [{ seq: event.seq, speaker: "rep", text: event.text ?? "", at: event.recorded_at }];
  if (event.type === "business") return [{ seq: event.seq, speaker: "event", text: event.name, at: event.recorded_at }];
  return [];
}

function withWords(text: string, words: string) {
  const at = words === "" ? -1 : text.indexOf(words);
  if (at < 0) return <mark className={styles.mark}>{text}</mark>;
  return (
    <>
      {text.slice(0, at)}
      <mark className={styles.mark}>{words}</mark>
      {text.slice(at + words.length)}
    </>
  );
}
