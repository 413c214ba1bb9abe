import { DeleteOutlined, PhoneOutlined, ThunderboltOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { App as AntApp, Button, Collapse, Drawer, Input, Segmented, Skeleton } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { SampleInfo, SampleTurn } from "../../api/types";
import { errorText } from "../../app/errors";
import { Empty } from "../../components/Empty";
import { Kbd } from "../../components/Kbd";
import { Tag } from "../../components/Tag";
import { eventName, fieldName, valueName } from "../../i18n/terms";
import { inLanguage } from "../../lib/localized";
import { live } from "../../state/live";
import { usePrefs, type Lang } from "../../state/prefs";
import { useChannelName } from "./ConversationList";
import styles from "./sample.module.css";

const speeds = [1, 2, 8] as const;

interface DrawerProps {
  open: boolean;
  onClose: () => void;
  onStarted: (conversation: string) => void;
}

export function SampleDrawer({ open, onClose, onStarted }: DrawerProps) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const lang = usePrefs((prefs) => prefs.lang);
  const [picked, setPicked] = useState<string | null>(null);
  const [speed, setSpeed] = useState<number>(1);
  const [edited, setEdited] = useState<SampleTurn[] | null>(null);
  const [busy, setBusy] = useState(false);
  const samples = useQuery({ queryKey: ["samples"], queryFn: api.samples, enabled: open, staleTime: 60_000 });
  const items = samples.data?.items ?? [];
  const current = picked ?? items[0]?.id ?? null;
  const full = useQuery({
    queryKey: ["sample", current],
    queryFn: () => api.sample(current ?? ""),
    enabled: open && current !== null,
    staleTime: 60_000,
  });

  useEffect(() => setEdited(null), [current]);

  const start = async () => {
    if (!current) return;
    setBusy(true);
    try {
      const summary = await api.startSample(current, { speed, ...(edited ? { turns: edited } : {}) });
      live.put(summary);
      onClose();
      onStarted(summary.id);
    } catch (error) {
      void message.error(errorText(error, t));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Drawer
      open={open}
      onClose={onClose}
      title={t("sample.title")}
      size={560}
      placement="left"
      closable={{ "aria-label": t("common.close") }}
      destroyOnHidden
      footer={
        <div className={styles.footer}>
          <span className={styles.footLabel} id="sample-speed">
            {t("sample.speed")}
          </span>
          <Segmented
            aria-labelledby="sample-speed"
            value={speed}
            onChange={setSpeed}
            options={speeds.map((one) => ({ value: one, label: t("sample.speedOf", { speed: one }) }))}
          />
          <span className={styles.grow} />
          <Button type="primary" size="large" icon={<PhoneOutlined aria-hidden="true" />} loading={busy} disabled={!current} onClick={() => void start()}>
            {t("sample.start")} <Kbd>{"\u21b5"}</Kbd>
          </Button>
        </div>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <p className={styles.intro}>{t("sample.intro")}</p>
        {samples.isLoading ? <Skeleton active paragraph={{ rows: 8 }} /> : null}
        {samples.isError ? <Empty title={t("sample.loadFailed")} text={errorText(samples.error, t)} action={<Button onClick={() => void samples.refetch()}>{t("common.retry")}</Button>} /> : null}
        <fieldset className={styles.choices}>
          <legend className="sr-only">{t("sample.pick")}</legend>
          {items.map((item) => (
            <Choice key={item.id} item={item} lang={lang} checked={item.id === current} onPick={() => setPicked(item.id)} />
          ))}
        </fieldset>
        {/* A form without a submit of its own does not listen to Enter. */}
        <button type="submit" hidden />
      </form>
      {full.data ? (
        <Collapse
          ghost
          className={styles.editor}
          onChange={(open) => {
            if (open.length > 0) requestAnimationFrame(() => document.querySelector(`.${styles.editor}`)?.scrollIntoView({ behavior: "smooth", block: "start" }));
          }}
          items={[
            {
              key: "turns",
              label: (
                <>
                  {t("sample.edit")} {edited ? <Tag tone="blue">{t("sample.editedCount", { count: countEdited(full.data.turns, edited) })}</Tag> : null}
                </>
              ),
              children: <TurnEditor original={full.data.turns} turns={edited ?? full.data.turns} onChange={setEdited} />,
            },
          ]}
        />
      ) : null}
    </Drawer>
  );
}

function Choice({ item, lang, checked, onPick }: { item: SampleInfo; lang: Lang; checked: boolean; onPick: () => void }) {
  const { t } = useTranslation();
  const channelName = useChannelName();
  return (
    <label className={`${styles.choice} ${checked ? styles.choiceOn : ""}`}>
      <input type="radio" name="sample" checked={checked} onChange={onPick} className={styles.radio} data-sample={item.id} />
      <span className={styles.choiceMain}>
        <span className={styles.choiceTitle}>
          {inLanguage(item.title, lang)}
          <Tag>{channelName(item.channel)}</Tag>
          {item.lang === "en" ? <Tag>EN</Tag> : null}
        </span>
        <span className={styles.choiceText}>{inLanguage(item.scenario, lang)}</span>
      </span>
      <span className={styles.choiceTurns}>{t("sample.turns", { count: item.turns })}</span>
    </label>
  );
}

function countEdited(original: SampleTurn[], turns: SampleTurn[]): number {
  if (turns.length !== original.length) return Math.max(1, Math.abs(turns.length - original.length));
  return turns.filter((turn, index) => turn.text !== original[index]?.text).length;
}

interface EditorProps {
  original: SampleTurn[];
  turns: SampleTurn[];
  onChange: (turns: SampleTurn[] | null) => void;
}

function TurnEditor({ original, turns, onChange }: EditorProps) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  const change = (index: number, text: string) => onChange(turns.map((turn, at) => (at === index ? { ...turn, text } : turn)));
  const same = useMemo(() => turns === original, [turns, original]);
  return (
    <>
      <div className={styles.editorHead}>
        <span>{t("sample.editHint")}</span>
        <Button size="small" disabled={same} onClick={() => onChange(null)}>
          {t("sample.reset")}
        </Button>
      </div>
      <ol className={styles.turns}>
        {turns.map((turn, index) => (
          <li key={index} className={styles.turn}>
            <span className={styles.turnWho}>{turn.speaker === "customer" ? t("speaker.customer") : turn.speaker === "system" ? t("speaker.system") : turn.speaker === "bot" ? t("speaker.bot") : t("speaker.rep")}</span>
            {turn.event && turn.text === undefined ? (
              <span className={styles.turnEvent}>
                <ThunderboltOutlined aria-label={t("sample.event")} /> {eventName(turn.event.name, lang)}{" "}
                {Object.entries(turn.event.data ?? {})
                  .map(([name, value]) => `${fieldName(name, lang)} ${valueName(String(value), lang)}`)
                  .join(" \u00b7 ")}
              </span>
            ) : (
              <Input.TextArea
                value={turn.text ?? ""}
                autoSize={{ minRows: 1, maxRows: 6 }}
                maxLength={1000}
                aria-label={`${index + 1}`}
                onChange={(event) => change(index, event.target.value)}
              />
            )}
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined aria-hidden="true" />}
              aria-label={`${t("sample.remove")} ${index + 1}`}
              onClick={() => onChange(turns.filter((_, at) => at !== index))}
            />
          </li>
        ))}
      </ol>
    </>
  );
}
