import { CloseOutlined, ReadOutlined } from "@ant-design/icons";
import { App as AntApp, Button, Input } from "antd";
import { lazy, memo, Suspense, useCallback, useEffect, useRef, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { api, ApiError } from "../../api/client";
import type { GateFinding, Summary } from "../../api/types";
import { errorText } from "../../app/errors";
import { Kbd } from "../../components/Kbd";
import { persistently } from "../../lib/persistently";
import type { FindingsProps } from "./CheckBox";
import { live, useLive } from "../../state/live";
import { outbox, useOutbox, type Outgoing } from "../../state/outbox";
import { setDraft, useDraft } from "../../state/drafts";
import { focusComposer, messageMax, sendDraft } from "./commands";
import styles from "./composer.module.css";
import { adopt, pressing, underlined, useDraftCheck, withWording } from "./draftCheck";

// Read when the gate first objects to something.
const FindingsPart = lazy(async () => ({ default: (await persistently(() => import("./CheckBox"))).Findings }));
const Findings = (props: FindingsProps) => (
  <Suspense fallback={null}>
    <FindingsPart {...props} />
  </Suspense>
);

const typingPauseMs = 3_000;

export const Composer = memo(function Composer({ conversation, summary }: { conversation: string; summary: Summary }) {
  const { t } = useTranslation();
  const draft = useDraft(conversation);
  const status = useLive((state) => state.status);
  const held = useOutbox((state) => state.entries).filter((entry) => entry.conversation === conversation && (entry.state === "refused" || entry.state === "asking"));
  const typing = useTypingSignal(conversation);
  const voice = summary.channel === "voice" || summary.channel === "video";
  const count = Array.from(draft.text).length;
  const tooLong = count > messageMax;
  const empty = draft.text.trim() === "";
  const check = useDraftCheck(conversation, draft.text, summary.state === "open");
  const blocked = check.decision === "blocked";
  const wordings = withWording(check.findings);
  const objections = pressing(check.findings).length;
  const mirror = useRef<HTMLDivElement>(null);
  const put = (finding: GateFinding) => {
    setDraft(conversation, { ...draft, text: adopt(draft.text, finding) });
    focusComposer();
  };
  // Tab takes the lawful wording while one is offered; with Shift, or after Escape, it is the page's own key.
  const onKeyDown = (event: KeyboardEvent) => {
    const first = wordings[0];
    if (event.key !== "Tab" || event.shiftKey || event.ctrlKey || event.altKey || !first || check.decision === "allowed") return;
    event.preventDefault();
    put(first);
  };
  // However the field was emptied (sent by a key, by the button, by hand), nobody is typing any more.
  const nothing = draft.text === "";
  useEffect(() => {
    if (nothing) typing(false);
  }, [nothing, typing]);

  if (summary.state === "waiting") return <AcceptBar summary={summary} />;
  return (
    <section className={styles.composer} data-composer="" aria-label={t("composer.label")}>
      {held.map((entry) => (entry.state === "asking" ? <Asking key={entry.act} entry={entry} /> : <Refused key={entry.act} entry={entry} />))}
      <div className={`${styles.box} ${blocked ? styles.boxRed : check.decision === "confirm" ? styles.boxOrange : ""}`} data-decision={check.decision}>
        <div className={styles.field}>
          <div ref={mirror} className={styles.mirror} aria-hidden="true">
            {underlined(draft.text, pressing(check.findings)).map((piece, index) => (
              <span key={index} className={piece.finding ? (piece.finding.decision === "blocked" ? styles.wavyRed : styles.wavyOrange) : undefined}>
                {piece.text}
              </span>
            ))}
          </div>
          <Input.TextArea
            value={draft.text}
            autoSize={{ minRows: 2, maxRows: 7 }}
            variant="borderless"
            aria-label={t("composer.label")}
            aria-invalid={tooLong || blocked}
            aria-describedby={objections > 0 ? "composer-findings" : undefined}
            onKeyDown={onKeyDown}
            onScroll={(event) => {
              if (mirror.current) mirror.current.scrollTop = event.currentTarget.scrollTop;
            }}
            placeholder={voice ? t("composer.voicePlaceholder") : t("composer.chatPlaceholder")}
            onChange={(event) => {
              typing(event.target.value !== "");
              setDraft(conversation, { ...draft, text: event.target.value, card: event.target.value === "" ? null : draft.card });
            }}
            onBlur={() => typing(false)}
            spellCheck={false}
          />
        </div>
        <div id="composer-findings" role="status" aria-live="polite">
          {objections > 0 ? <Findings decision={check.decision} findings={check.findings} onAdopt={put} adoptKey={check.decision === "allowed" ? undefined : "Tab"} /> : null}
        </div>
      </div>
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
          disabled={empty || tooLong || blocked}
          aria-keyshortcuts="Control+Enter"
          title={blocked ? t("gate.blockedHint") : undefined}
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
  const back = (text: string) => {
    setDraft(entry.conversation, { text: draft.text ? `${draft.text}\n${text}` : text, card: null });
    outbox.drop(entry.act);
    focusComposer();
  };
  return (
    <div className={styles.refused} role="alert" data-refused="">
      <p className={styles.refusedText}>
        <HeldText entry={entry} />
      </p>
      {entry.findings.length > 0 ? (
        <Findings decision="blocked" findings={entry.findings} onAdopt={(finding) => back(adopt(entry.text, finding))} />
      ) : (
        <p className={styles.headRed}>{t("composer.refusedTitle")}</p>
      )}
      <div className={styles.refusedFoot}>
        <span>{t("composer.refusedText", { rules: entry.rules.join(t("gate.join")) })}</span>
        <Button size="small" onClick={() => back(entry.text)}>
          {t("transcript.edit")}
        </Button>
        <Button size="small" onClick={() => outbox.drop(entry.act)}>
          {t("transcript.drop")}
        </Button>
      </div>
    </div>
  );
}

/** A message that the gate wants a person to confirm: it waits here until the rep says yes or no. */
function Asking({ entry }: { entry: Outgoing }) {
  const { t } = useTranslation();
  const draft = useDraft(entry.conversation);
  const back = (text: string) => {
    setDraft(entry.conversation, { text: draft.text ? `${draft.text}\n${text}` : text, card: null });
    outbox.drop(entry.act);
    focusComposer();
  };
  return (
    <div className={styles.asking} role="alertdialog" aria-label={t("gate.askTitle")} data-asking="">
      <p className={styles.refusedText}>
        <HeldText entry={entry} />
      </p>
      <Findings decision="confirm" findings={entry.findings} onAdopt={(finding) => back(adopt(entry.text, finding))} />
      <div className={styles.refusedFoot}>
        <span>{t("gate.askText")}</span>
        <Button size="small" type="primary" onClick={() => outbox.confirm(entry.act)} data-confirm-act="">
          {t("gate.sendAnyway")}
        </Button>
        <Button size="small" onClick={() => back(entry.text)}>
          {t("transcript.edit")}
        </Button>
        <Button size="small" onClick={() => outbox.drop(entry.act)}>
          {t("transcript.drop")}
        </Button>
      </div>
    </div>
  );
}

function HeldText({ entry }: { entry: Outgoing }) {
  return (
    <>
      {underlined(entry.text, entry.findings).map((piece, index) => (
        <span key={index} className={piece.finding ? (piece.finding.decision === "blocked" ? styles.wavyRed : styles.wavyOrange) : undefined}>
          {piece.text}
        </span>
      ))}
    </>
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
