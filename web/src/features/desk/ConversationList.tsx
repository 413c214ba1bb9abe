import {
  CloseOutlined,
  CustomerServiceOutlined,
  ExclamationCircleFilled,
  FilterOutlined,
  GlobalOutlined,
  MenuFoldOutlined,
  MessageOutlined,
  PauseCircleOutlined,
  PhoneOutlined,
  StopFilled,
} from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App as AntApp, Button, Input, Popconfirm, Segmented, Skeleton } from "antd";
import { memo, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, newId } from "../../api/client";
import type { Summary } from "../../api/types";
import { Empty } from "../../components/Empty";
import { Tag } from "../../components/Tag";
import { clock, parseTime, span } from "../../lib/time";
import { useNow } from "../../lib/useNow";
import { chime } from "../../lib/chime";
import { live, useLive } from "../../state/live";
import { setPrefs, usePrefs } from "../../state/prefs";
import { useShellUi } from "../../state/shellUi";
import { customerName, groupOf, groupsOf, isIdleSample, merged, phoneTail, type GroupName } from "./listModel";
import styles from "./list.module.css";
import { useDeskUi } from "./ui";

interface ListProps {
  selected: string | undefined;
  onSelect: (conversation: string) => void;
}

const endedShown = 30;

export const ConversationList = memo(function ConversationList({ selected, onSelect }: ListProps) {
  const { t } = useTranslation();
  const scope = useLive((state) => state.scope) ?? "mine";
  const list = useLive((state) => state.list);
  const ready = useLive((state) => state.listReady);
  const openSamples = useShellUi((state) => state.openSamples);
  const [filtering, setFiltering] = useState(false);
  const [query, setQuery] = useState("");
  const queries = useQueryClient();
  const nameless = useNameless();
  const ended = useQuery({
    queryKey: ["conversations", "ended", scope],
    queryFn: () => api.conversations({ state: "ended", scope, limit: endedShown }),
  });
  const items = useMemo(() => merged(list, ended.data?.items ?? []), [list, ended.data]);
  const groups = useMemo(() => groupsOf(items, query, nameless), [items, query, nameless]);
  const closed = useMemo(() => Object.values(list).filter((item) => groupOf(item) === "ended").length, [list]);

  useEffect(() => {
    if (closed > 0) void queries.invalidateQueries({ queryKey: ["conversations", "ended"] });
  }, [closed, queries]);
  useWaitingSound(list, ready);
  const empty = ready && items.length === 0;
  useEffect(() => useDeskUi.setState({ listEmpty: empty }), [empty]);

  return (
    <aside className={styles.list} aria-label={t("list.title")}>
      <div className={styles.tools}>
        <Segmented
          value={scope}
          onChange={(value) => live.list(value === "team" ? "team" : "mine")}
          options={[
            { value: "mine", label: t("list.mine") },
            { value: "team", label: t("list.team") },
          ]}
        />
        <span className={styles.grow} />
        <Button
          type="text"
          icon={<FilterOutlined aria-hidden="true" />}
          aria-label={t("list.filter")}
          aria-expanded={filtering}
          onClick={() => {
            setFiltering(!filtering);
            setQuery("");
          }}
        />
        <Button type="text" icon={<MenuFoldOutlined aria-hidden="true" />} aria-label={t("list.collapse")} onClick={() => setPrefs({ listOpen: false })} />
      </div>
      {filtering ? (
        <div className={styles.filter}>
          <Input
            autoFocus
            value={query}
            placeholder={t("list.searchPlaceholder")}
            aria-label={t("list.filter")}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") {
                setQuery("");
                setFiltering(false);
              }
            }}
            suffix={
              query ? (
                <button type="button" className={styles.clear} aria-label={t("list.clearFilter")} onClick={() => setQuery("")}>
                  <CloseOutlined aria-hidden="true" />
                </button>
              ) : (
                <span />
              )
            }
          />
        </div>
      ) : null}
      <div className={styles.scroller} data-list="">
        {!ready ? <Skeleton active title={false} paragraph={{ rows: 6 }} className={styles.skeleton} /> : null}
        {ready && groups.length === 0 ? <Empty title={query ? t("list.noMatch", { query }) : t("list.emptyTitle")} text={query ? "" : t("list.emptyText")} /> : null}
        {groups.map((group) => (
          <section key={group.name} aria-label={t(`list.${group.name}`)}>
            <h2 className={styles.group}>
              <span>{t(`list.${group.name}`)}</span>
              <span className={styles.groupRight}>
                {group.name === "active" ? <EndIdle items={group.items} /> : null}
                {group.items.length}
              </span>
            </h2>
            <ul>
              {group.items.map((item) => (
                <li key={item.id} className={styles.item}>
                  <Row item={item} group={group.name} selected={item.id === selected} onSelect={onSelect} />
                  {item.sample && item.state === "open" && item.id !== selected ? <EndSample item={item} /> : null}
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      {empty && selected === undefined ? null : (
        <div className={styles.foot}>
          <Button block icon={<CustomerServiceOutlined aria-hidden="true" />} onClick={openSamples}>
            {t("list.takeSample")}
          </Button>
        </div>
      )}
    </aside>
  );
});

export function channelIcon(channel: string): ReactNode {
  if (channel === "voice") return <PhoneOutlined aria-hidden="true" />;
  if (channel === "chat" || channel === "web") return <GlobalOutlined aria-hidden="true" />;
  return <MessageOutlined aria-hidden="true" />;
}

const knownChannels = [
  ...(["voice", "chat", "web", "wechat", "wx_oa", "wx_mp", "wx_kf", "wecom_ext", "wecom_app", "alipay"] as const),
  ...(["app", "ebank", "sms", "email", "ivr", "outbound", "video", "counter"] as const),
];

export function useChannelName(): (channel: string) => string {
  const { t } = useTranslation();
  return useCallback(
    (channel: string) => {
      const known = knownChannels.find((one) => one === channel);
      return known ? t(`channel.${known}`) : t("channel.other");
    },
    [t],
  );
}

/** What a customer is called whose name is not known: by the way he came. */
export function useNameless(): (item: Summary) => string {
  const { t } = useTranslation();
  const channelName = useChannelName();
  return useCallback(
    (item: Summary) => {
      const tail = phoneTail(item);
      switch (item.channel) {
        case "voice":
        case "ivr":
          return tail ? t("list.nameless.callTail", { tail }) : t("list.nameless.call");
        case "outbound":
          return tail ? t("list.nameless.outboundTail", { tail }) : t("list.nameless.outbound");
        case "counter":
          return t("list.nameless.counter");
        case "chat":
        case "web":
          return t("list.nameless.web");
        default:
          return t("list.nameless.other", { channel: channelName(item.channel) });
      }
    },
    [t, channelName],
  );
}

interface RowProps {
  item: Summary;
  group: GroupName;
  selected: boolean;
  onSelect: (conversation: string) => void;
}

function Row({ item, group, selected, onSelect }: RowProps) {
  const channelName = useChannelName();
  const name = customerName(item, useNameless());
  const tier = item.customer?.["tier"];
  const compact = group === "ended";
  return (
    <button
      type="button"
      className={`${styles.row} ${selected ? styles.selected : ""} ${compact ? styles.compact : ""}`}
      aria-current={selected ? "true" : undefined}
      onClick={() => onSelect(item.id)}
      data-conversation={item.id}
      data-state={item.state}
    >
      <span className={selected ? styles.iconOn : styles.icon} title={channelName(item.channel)}>
        {channelIcon(item.channel)}
        <span className="sr-only">{channelName(item.channel)}</span>
      </span>
      <span className={styles.main}>
        <span className={styles.first}>
          <span className={styles.name}>{name}</span>
          {typeof tier === "string" && !compact ? <span className={styles.tier}>{tier}</span> : null}
          {compact ? <span className={styles.preview}>{item.title && item.title !== name ? item.title : item.last?.text}</span> : null}
          <RowTime item={item} group={group} />
        </span>
        {compact ? null : (
          <span className={styles.second}>
            <span className={styles.preview}>{item.last?.text || (item.title === name ? "" : item.title)}</span>
            <Badges item={item} group={group} />
          </span>
        )}
      </span>
    </button>
  );
}

function RowTime({ item, group }: { item: Summary; group: GroupName }) {
  const { t } = useTranslation();
  const now = useNow(group !== "ended");
  const waiting = parseTime(item.waiting_since);
  const started = parseTime(item.started_at);
  const ended = parseTime(item.ended_at);
  if (group === "ended") return <span className={styles.time}>{ended !== null ? clock(ended) : ""}</span>;
  if (waiting !== null && group !== "wrapup") {
    const time = span(now - waiting);
    return (
      <span className={styles.time} title={t("list.waited", { time })}>
        {group === "waiting" ? t("list.waited", { time }) : time}
      </span>
    );
  }
  const from = group === "wrapup" ? ended : started;
  return <span className={styles.time}>{from !== null ? span(now - from) : ""}</span>;
}

function Badges({ item, group }: { item: Summary; group: GroupName }) {
  const { t } = useTranslation();
  const major = item.violations?.major ?? 0;
  const owed = item.owed ?? 0;
  const unread = item.unread ?? 0;
  const idle = isIdleSample(item, useNow(item.sample !== null && group === "active"));
  if (idle && group === "active") {
    return (
      <span title={t("list.idleHint")} data-idle="">
        <Tag icon={<PauseCircleOutlined aria-hidden="true" />}>{t("list.idle")}</Tag>
      </span>
    );
  }
  if (group === "wrapup") return <Tag>{t("list.toConfirm")}</Tag>;
  if (major > 0) {
    return (
      <Tag tone="red" icon={<StopFilled aria-hidden="true" />}>
        {t("list.major", { count: major })}
      </Tag>
    );
  }
  if (owed > 0) {
    return (
      <Tag tone="orange" icon={<ExclamationCircleFilled aria-hidden="true" />}>
        {t("list.owed", { count: owed })}
      </Tag>
    );
  }
  if (unread > 0) {
    return (
      <span className={styles.unread} role="img" aria-label={t("list.unread", { count: unread })}>
        {unread > 99 ? "99+" : unread}
      </span>
    );
  }
  return null;
}

async function endAll(items: readonly Summary[]): Promise<boolean> {
  const answers = await Promise.allSettled(items.map((item) => api.end(item.id, { id: newId(), reason: "sample" })));
  for (const answer of answers) if (answer.status === "fulfilled" && answer.value?.id) live.put(answer.value);
  return answers.every((answer) => answer.status === "fulfilled");
}

/** A sample can be ended from the list: nobody has to go back into it for that. */
function EndSample({ item }: { item: Summary }) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const end = async () => {
    if (!(await endAll([item]))) void message.error(t("list.endFailed"));
  };
  return (
    <span className={styles.itemEnd}>
      <Button size="small" icon={<CloseOutlined aria-hidden="true" />} title={t("list.endSample")} aria-label={t("list.endSample")} onClick={() => void end()} data-end-sample={item.id} />
    </span>
  );
}

/** Samples that nobody goes on with would otherwise stand in the list for ever. */
function EndIdle({ items }: { items: Summary[] }) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const now = useNow(items.some((item) => item.sample !== null));
  const idle = items.filter((item) => isIdleSample(item, now));
  if (idle.length === 0) return null;
  const end = async () => {
    if (!(await endAll(idle))) void message.error(t("list.endFailed"));
  };
  return (
    <Popconfirm title={t("list.endIdle", { count: idle.length })} description={<div className={styles.confirmText}>{t("list.endIdleText")}</div>} okText={t("head.end")} cancelText={t("common.cancel")} onConfirm={end}>
      <button type="button" className={styles.groupAction} data-end-idle={idle.length}>
        {t("list.endIdle", { count: idle.length })}
      </button>
    </Popconfirm>
  );
}

/** Something new that waits is heard once; what already waited when the page opened is only seen. */
function useWaitingSound(list: Record<string, Summary>, ready: boolean): void {
  const sound = usePrefs((prefs) => prefs.sound);
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (!ready) return;
    const waiting = Object.values(list).filter((item) => item.state === "waiting");
    if (known.current === null) {
      known.current = new Set(waiting.map((item) => item.id));
      return;
    }
    const fresh = waiting.filter((item) => !known.current?.has(item.id));
    for (const item of fresh) known.current.add(item.id);
    if (fresh.length > 0 && sound) chime();
  }, [list, ready, sound]);
}
