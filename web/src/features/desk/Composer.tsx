import { CloseOutlined, ReadOutlined, StopFilled } from "@ant-design/icons";
import { App as AntApp, Button, Input } from "antd";
import { memo, useCallback, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, ApiError } from "../../api/client";
import type { Summary } from "../../api/types";
import { errorText } from "../../app/errors";
import { Kbd } from "../../components/Kbd";
import { live, useLive } from "../../state/live";
import { outbox, useOutbox, type Outgoing } from "../../state/outbox";
import { setDraft, useDraft } from "../../state/drafts";
import { focusComposer, messageMax, sendDraft } from "./commands";
import styles from "./composer.module.css";

const typingPauseMs = 3_000;

export const Composer = memo(function Composer({ conversation, summary }: { conversation: string; summary: Summary }) {
  const { t } = useTranslation();
  const draft = useDraft(conversation);
  const status = useLive((state) => state.status);
  const refused = useOutbox((state) => state.entries).filter((entry) => entry.conversation === conversation && entry.state === "refused");
  const typing = useTypingSignal(conversation);
  const voice = summary.channel === "voice" || summary.channel === "video";
  const count = Array.from(draft.text).length;
  const tooLong = count > messageMax;
  const empty = draft.text.trim() === "";
  // However the field was emptied (sent by a key, by the button, by hand), nobody is typing any more.
  const nothing = draft.text === "";
  useEffect(() => {
    if (nothing) typing(false);
  }, [nothing, typing]);

  if (summary.state === "waiting") return <AcceptBar summary={summary} />;
  return (
    <section className={styles.composer} data-composer="" aria-label={t("composer.label")}>
      {refused.map((entry) => (
        <Refused key={entry.act} entry={entry} />
      ))}
      <Input.TextArea
        value={draft.text}
        autoSize={{ minRows: 2, maxRows: 7 }}
        variant="outlined"
        aria-label={t("composer.label")}
        aria-invalid={tooLong}
        placeholder={voice ? t("composer.voicePlaceholder") : t("composer.chatPlaceholder")}
        onChange={(event) => {
          typing(event.target.value !== "");
          setDraft(conversation, { ...draft, text: event.target.value, card: event.target.value === "" ? null : draft.card });
        }}
        onBlur={() => typing(false)}
        spellCheck={false}
      />
      <div className={styles.foot}>
        {draft.card ? (
          <span className={styles.card}>
            <ReadOutlined aria-hidden="true" />
            <span className={styles.cardTitle}>{t("composer.fromCard", { title: draft.card.title })}</span>
            <button type="button" className={styles.detach} aria-label={t("composer.detach")} onClick={() => setDraft(conversation, { ...draft, card: null })}>
              <CloseOutlined aria-hidden="true" />
            </button>
          </span>
        ) : null}
        <span className={styles.grow} />
        {tooLong ? <span className={styles.error}>{t("composer.tooLong", { max: messageMax })}</span> : null}
        {status === "lost" ? <span className={styles.meta}>{t("composer.offline")}</span> : null}
        {!draft.card && empty && status !== "lost" ? (
          <span className={styles.meta}>
            {t("composer.shortcut")} <Kbd>{"\u21b5"}</Kbd>
          </span>
        ) : null}
        <Button
          type="primary"
          disabled={empty || tooLong}
          aria-keyshortcuts="Control+Enter"
          onClick={() => {
            sendDraft(conversation);
            focusComposer();
          }}
        >
          {voice ? t("composer.say") : t("composer.send")} <Kbd>{"Ctrl+\u21b5"}</Kbd>
        </Button>
      </div>
    </section>
  );
});

/** A message that a rule refused: it was not sent, and it goes back into the writer's hands. */
function Refused({ entry }: { entry: Outgoing }) {
  const { t } = useTranslation();
  const draft = useDraft(entry.conversation);
  return (
    <div className={styles.refused} role="alert">
      <div className={styles.refusedHead}>
        <StopFilled aria-hidden="true" /> {t("composer.refusedTitle")}
        <span className={styles.refusedRules}>{entry.rules.join(" \u00b7 ")}</span>
      </div>
      <p className={styles.refusedText}>{entry.text}</p>
      <div className={styles.refusedFoot}>
        <span>{t("composer.refusedText", { rules: entry.rules.join(" \u00b7 ") })}</span>
        <Button
          size="small"
          type="primary"
          onClick={() => {
            setDraft(entry.conversation, { text: draft.text ? `${draft.text}\n${entry.text}` : entry.text, card: null });
            outbox.drop(entry.act);
            focusComposer();
          }}
        >
          {t("transcript.edit")}
        </Button>
        <Button size="small" onClick={() => outbox.drop(entry.act)}>
          {t("transcript.drop")}
        </Button>
      </div>
    </div>
  );
}

function AcceptBar({ summary }: { summary: Summary }) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const accept = async () => {
    try {
      const answer = await api.accept(summary.id);
      if (answer?.id) live.put(answer);
    } catch (error) {
      const taken = error instanceof ApiError && error.status === 409;
      void message.error(taken ? t("list.taken") : errorText(error, t));
    }
  };
  return (
    <section className={styles.accept}>
      <span>{t("composer.waitPlaceholder")}</span>
      <Button type="primary" onClick={() => void accept()} data-accept="">
        {t("composer.accept")}
      </Button>
    </section>
  );
}

/** Tells the other side that one is typing: once when it starts, once when it pauses. */
function useTypingSignal(conversation: string): (on: boolean) => void {
  const on = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    return () => {
      clearTimeout(timer.current);
      if (on.current) live.typing(conversation, false);
      on.current = false;
    };
  }, [conversation]);
  return useCallback(
    (next: boolean) => {
      const set = (value: boolean) => {
        if (on.current === value) return;
        on.current = value;
        live.typing(conversation, value);
      };
      clearTimeout(timer.current);
      set(next);
      if (next) timer.current = setTimeout(() => set(false), typingPauseMs);
    },
    [conversation],
  );
}
