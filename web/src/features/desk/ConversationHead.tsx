import { CheckOutlined, LockOutlined, MenuUnfoldOutlined, PhoneOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import { App as AntApp, Button, Popconfirm } from "antd";
import type { ReactNode } from "react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { api, newId } from "../../api/client";
import type { Emotion, Panels, Summary } from "../../api/types";
import { errorText } from "../../app/errors";
import { Tag } from "../../components/Tag";
import { parseTime, span } from "../../lib/time";
import { useNow } from "../../lib/useNow";
import { live } from "../../state/live";
import { setPrefs, usePrefs } from "../../state/prefs";
import { useChannelName, useNameless } from "./ConversationList";
import { customerName } from "./listModel";
import styles from "./head.module.css";

interface HeadProps {
  summary: Summary;
  panels: Panels | undefined;
  readOnly: boolean;
  /** The head of the desk carries the way back to a collapsed list; the console has none. */
  desk: boolean;
  /** What else stands at the end of the head. */
  extra?: ReactNode;
}

export const ConversationHead = memo(function ConversationHead({ summary, panels, readOnly, desk, extra }: HeadProps) {
  const { t } = useTranslation();
  const channelName = useChannelName();
  const listOpen = usePrefs((prefs) => prefs.listOpen);
  const name = customerName(summary, useNameless());
  const customer = { ...summary.customer, ...panels?.customer };
  const parts: string[] = [];
  if (customer["age"] !== undefined && customer["age"] !== null) parts.push(t("head.age", { age: String(customer["age"]) }));
  for (const name of ["phone", "card", "note", "flags"]) {
    const value = customer[name];
    if (typeof value === "string" && value) parts.push(value);
  }
  parts.push(channelName(summary.channel));
  if (summary.title && summary.title !== name) parts.push(summary.title);
  const running = summary.state === "open" || summary.state === "waiting";
  return (
    <>
      <header className={styles.head}>
        {desk && !listOpen ? (
          <Button type="text" icon={<MenuUnfoldOutlined aria-hidden="true" />} aria-label={t("list.expand")} onClick={() => setPrefs({ listOpen: true })} />
        ) : null}
        <div className={styles.who}>
          <div className={styles.nameLine}>
            <h1 className={styles.name}>{name}</h1>
            {typeof customer["tier"] === "string" ? <Tag>{customer["tier"]}</Tag> : null}
            {typeof customer["risk"] === "string" ? <Tag>{customer["risk"]}</Tag> : null}
            {readOnly ? <Tag icon={<LockOutlined aria-hidden="true" />}>{t("head.readOnly")}</Tag> : null}
          </div>
          <div className={styles.about}>{parts.join(" \u00b7 ")}</div>
        </div>
        <CallClock summary={summary} />
        {running && !readOnly && summary.state === "open" ? <EndButton summary={summary} /> : null}
        {extra}
      </header>
      <Strip panels={panels} summary={summary} />
    </>
  );
});

function CallClock({ summary }: { summary: Summary }) {
  const { t } = useTranslation();
  const ended = parseTime(summary.ended_at);
  const started = parseTime(summary.started_at);
  const now = useNow(ended === null);
  if (started === null) return null;
  return (
    <span className={ended === null ? styles.clock : styles.clockDone} title={t("head.duration")}>
      <span className="sr-only">{t("head.duration")} </span>
      {span((ended ?? now) - started)}
    </span>
  );
}

function EndButton({ summary }: { summary: Summary }) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const voice = summary.channel === "voice" || summary.channel === "video";
  const end = async () => {
    try {
      const ended = await api.end(summary.id, { id: newId() });
      if (ended?.id) live.put(ended);
    } catch (error) {
      void message.error(errorText(error, t));
    }
  };
  const button = (
    <Button className={styles.end} icon={voice ? <PhoneOutlined rotate={225} aria-hidden="true" /> : <CheckOutlined aria-hidden="true" />} onClick={voice ? () => void end() : undefined}>
      {voice ? t("head.hangup") : t("head.end")}
    </Button>
  );
  // Hanging up is what a rep does forty times a day; ending a chat takes the word from the customer, so it asks.
  if (voice) return button;
  return (
    <Popconfirm title={t("head.endTitle")} description={t("head.endText")} okText={t("head.end")} cancelText={t("common.cancel")} onConfirm={() => end()} placement="bottomRight">
      {button}
    </Popconfirm>
  );
}

function Strip({ panels, summary }: { panels: Panels | undefined; summary: Summary }) {
  const { t } = useTranslation();
  const level = panels?.idv_level ?? 0;
  const flow = panels?.flow?.flows.find((one) => one.active) ?? panels?.flow?.flows[0];
  const others = (panels?.flow?.flows ?? []).filter((one) => one !== flow).map((one) => one.name);
  return (
    <div className={styles.strip}>
      <span>
        <b>{t("head.idv")}</b>
        {level > 0 ? (
          <span className={styles.green}>
            <SafetyCertificateOutlined aria-hidden="true" /> {t("head.idvPassed", { level })}
          </span>
        ) : (
          t("head.idvNone")
        )}
      </span>
      <span>
        <b>{t("head.emotion")}</b>
        <EmotionPath history={panels?.emotion?.history ?? []} now={panels?.emotion?.now ?? summary.emotion ?? "none"} />
      </span>
      <span className={styles.flow}>
        <b>{t("head.flow")}</b>
        {flow ? flow.name : t("head.noFlow")}
        {others.length > 0 ? <span className={styles.others}> {"\u00b7"} {others.slice(0, 2).join(" \u00b7 ")}</span> : null}
      </span>
    </div>
  );
}

function EmotionPath({ history, now }: { history: { emotion: Emotion }[]; now: Emotion }) {
  const { t } = useTranslation();
  const path: Emotion[] = [];
  for (const { emotion } of history) if (path.at(-1) !== emotion) path.push(emotion);
  if (path.at(-1) !== now && now !== "none") path.push(now);
  const shown = path.slice(-2);
  if (shown.length === 0) return <>{t("emotion.none")}</>;
  return <>{shown.map((emotion) => t(`emotion.${emotion}`)).join(" \u2192 ")}</>;
}
