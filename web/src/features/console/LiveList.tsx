import { ArrowUpOutlined, ExclamationCircleFilled, SearchOutlined, StopFilled } from "@ant-design/icons";
import { Button, Input, Segmented, Select, Skeleton } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Emotion, Summary } from "../../api/types";
import { Empty } from "../../components/Empty";
import { Kbd } from "../../components/Kbd";
import { ColumnsButton, ExportButton, SavedViews, useColumns } from "../../components/ListTools";
import { Tag } from "../../components/Tag";
import { VirtualRows } from "../../components/VirtualRows";
import { downloadCsv, maskedName } from "../../lib/csv";
import { dateOf, parseTime, span } from "../../lib/time";
import { useNow } from "../../lib/useNow";
import { useUrlState } from "../../lib/useUrlState";
import { useLive } from "../../state/live";
import { channelIcon, useChannelName, useNameless } from "../desk/ConversationList";
import { customerName, isIdleSample } from "../desk/listModel";
import { attentionFrom, filterNames, heldOrder, moves, needsAttention, ordered, passes, riskOf, riskParts, sortOf, type SortName } from "./consoleModel";
import styles from "./console.module.css";

const rowHeight = 60;

// The columns beside risk and customer, which are always there, and how wide they are.
const columnNames = ["rep", "emotion", "rules", "flow", "duration"] as const;
const columnWidths: Record<(typeof columnNames)[number], string> = {
  rep: "minmax(80px, 1fr)",
  emotion: "84px",
  rules: "minmax(150px, 1.6fr)",
  flow: "72px",
  duration: "128px",
};

export function LiveList({ selected, onSelect }: { selected: string | undefined; onSelect: (id: string) => void }) {
  const { t } = useTranslation();
  const list = useLive((state) => state.list);
  const ready = useLive((state) => state.listReady);
  const [filters, setFilters] = useUrlState(filterNames);
  const now = useNow();
  const sort = sortOf(filters);
  const items = useMemo(() => Object.values(list).filter((item) => passes(item, filters, now)), [list, filters, now]);
  const wanted = useMemo(() => ordered(items, sort, now), [items, sort, now]);
  const order = useHeldOrder(wanted, `${JSON.stringify(filters)}`);
  const total = Object.values(list).filter((item) => item.state === "open" || item.state === "waiting").length;
  const risky = Object.values(list).filter((item) => needsAttention(item, now)).length;
  const choice = useColumns("console");
  const columnLabel = (name: (typeof columnNames)[number]) =>
    name === "duration" ? `${t("console.columns.waiting")} / ${t("console.columns.duration")}` : t(`console.columns.${name}`);
  const shown = columnNames.filter((name) => choice.shows(name));
  // Beside an open conversation the list is narrow and has a shape of its own.
  const grid = selected ? undefined : `72px minmax(180px, 3fr) ${shown.map((name) => columnWidths[name]).join(" ")}`;
  const exportRows = useExport(shown);
  const filtered = filterNames.some((name) => name !== "sort" && filters[name] !== "");

  return (
    <section className={styles.list} aria-label={t("console.title")}>
      <header className={styles.head}>
        <h1>{t("console.title")}</h1>
        <span className={styles.meta}>
          {t("console.total", { count: total })} {"\u00b7"}{" "}
          <button type="button" className={styles.risky} title={t("console.riskyHint", { from: attentionFrom })} onClick={() => setFilters({ rules: filters.rules === "attention" ? "" : "attention" })} data-risky={risky}>
            {t("console.risky", { count: risky })}
          </button>
        </span>
        <span className={styles.grow} />
        <Input
          className={styles.search}
          prefix={<SearchOutlined aria-hidden="true" />}
          value={filters.q}
          allowClear
          placeholder={t("console.search")}
          aria-label={t("console.search")}
          onChange={(event) => setFilters({ q: event.target.value })}
        />
        <span className={styles.tools}>
          <SavedViews list="console" />
          <ColumnsButton
            columns={[
              { id: "risk", label: t("console.columns.risk"), fixed: true },
              { id: "customer", label: t("console.columns.customer"), fixed: true },
              ...columnNames.map((name) => ({ id: name, label: columnLabel(name) })),
            ]}
            choice={choice}
          />
          <ExportButton disabled={order.ids.length === 0} onExport={() => exportRows(order.ids.flatMap((id) => list[id] ?? []), now)} />
        </span>
      </header>
      <FilterBar filters={filters} setFilters={setFilters} sort={sort} channels={[...new Set(Object.values(list).map((item) => item.channel))]} pending={order.pending} onReorder={order.take} />
      <div className={styles.table} role="table" aria-label={t("console.title")} aria-rowcount={items.length}>
        <div role="rowgroup">
          <div role="row" className={`${styles.row} ${styles.rowHead}`} style={{ gridTemplateColumns: grid }}>
            {(["risk", "customer"] as const).map((name) => (
              <span key={name} role="columnheader" className={styles[`c_${name}`]}>
                {t(`console.columns.${name}`)}
              </span>
            ))}
            {shown.map((name) => (
              <span key={name} role="columnheader" className={styles[`c_${name}`]}>
                {columnLabel(name)}
              </span>
            ))}
          </div>
        </div>
        {!ready ? <Skeleton active className={styles.skeleton} paragraph={{ rows: 8 }} /> : null}
        {ready && items.length === 0 ? (
          <Empty
            title={filtered ? t("console.noMatch") : t("console.empty")}
            text={filtered ? "" : t("console.emptyText")}
            action={filtered ? <Button onClick={() => setFilters({ q: "", emotion: "", rules: "", channel: "", state: "" })}>{t("console.clear")}</Button> : null}
          />
        ) : null}
        <div className={styles.rows} onPointerEnter={order.hold} onPointerLeave={order.release}>
          <VirtualRows items={order.ids} rowHeight={rowHeight} keyOf={(id) => id} className={styles.scroller}>
            {(id) => {
              const item = list[id];
              return item ? <Row item={item} now={now} selected={id === selected} onSelect={onSelect} shows={choice.shows} grid={grid} /> : null;
            }}
          </VirtualRows>
        </div>
      </div>
      <footer className={styles.legend}>
        {t("console.riskFrom")} <i className={styles.p1} /> {t("console.riskParts.emotion")} <i className={styles.p2} /> {t("console.riskParts.rules")} <i className={styles.p3} />{" "}
        {t("console.riskParts.waiting")} <i className={styles.p4} /> {t("console.riskParts.owed")} {t("console.riskTo")}
        <span className={styles.grow} />
        {t("console.updated")}
      </footer>
    </section>
  );
}

/** The rows as they stand, with the chosen columns: what one sees is what one gets, names masked. */
function useExport(shown: readonly (typeof columnNames)[number][]): (items: readonly Summary[], now: number) => void {
  const { t } = useTranslation();
  const channelName = useChannelName();
  return (items, now) => {
    const cells: Record<(typeof columnNames)[number], [string[], (item: Summary) => (string | number)[]]> = {
      rep: [[t("console.columns.rep"), t("console.filterState")], (item) => [item.rep?.name ?? "", t(`console.state.${item.state}`)]],
      emotion: [[t("console.columns.emotion")], (item) => [t(`emotion.${item.emotion ?? "none"}`)]],
      rules: [[t("severity.major"), t("severity.normal"), t("kind.prompt")], (item) => [item.violations?.major ?? 0, item.violations?.normal ?? 0, item.owed ?? 0]],
      flow: [[t("console.columns.flow")], (item) => [item.flow ?? ""]],
      duration: [
        [t("tools.startedAt"), t("console.columns.duration"), t("console.columns.waiting")],
        (item) => {
          const started = parseTime(item.started_at);
          const ended = parseTime(item.ended_at);
          const waiting = ended === null ? parseTime(item.waiting_since) : null;
          return [item.started_at ?? "", started === null ? "" : span((ended ?? now) - started), waiting === null ? "" : span(now - waiting)];
        },
      ],
    };
    const head = [t("tools.id"), t("console.columns.risk"), t("customer.profile"), t("console.filterChannel"), ...shown.flatMap((name) => cells[name][0])];
    const rows = items.map((item) => [item.id, riskOf(item, now), maskedName(customerName(item, () => "")), channelName(item.channel), ...shown.flatMap((name) => cells[name][1](item))]);
    downloadCsv(`${t("console.title")}-${dateOf(now)}`, [head, ...rows]);
  };
}

interface HeldOrder {
  ids: string[];
  pending: number;
  hold: () => void;
  release: () => void;
  take: () => void;
}

/** Rows keep their places while the pointer is over them; a button offers the new order. */
function useHeldOrder(wanted: string[], filterKey: string): HeldOrder {
  const [held, setHeld] = useState<string[] | null>(null);
  const key = useRef(filterKey);
  useEffect(() => {
    // Another filter is another list: what was held has no meaning there.
    if (key.current !== filterKey) {
      key.current = filterKey;
      setHeld((before) => (before ? wanted : null));
    }
  }, [filterKey, wanted]);
  const ids = useMemo(() => (held ? heldOrder(held, wanted) : wanted), [held, wanted]);
  const take = () => setHeld(held ? wanted : null);
  useEffect(() => {
    if (!held) return;
    const onKey = (event: KeyboardEvent) => {
      const field = event.target instanceof HTMLElement && event.target.closest("input, textarea, select");
      if (event.key.toLowerCase() === "r" && !field && !event.ctrlKey && !event.metaKey && !event.altKey) setHeld(wanted);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [held, wanted]);
  return { ids, pending: held ? moves(ids, wanted) : 0, hold: () => setHeld(wanted), release: () => setHeld(null), take };
}

interface FilterBarProps {
  filters: Record<(typeof filterNames)[number], string>;
  setFilters: (change: Partial<Record<(typeof filterNames)[number], string>>) => void;
  sort: SortName;
  channels: string[];
  pending: number;
  onReorder: () => void;
}

const emotions: Emotion[] = ["angry", "dissatisfied", "anxious", "sad", "calm"];

function FilterBar({ filters, setFilters, sort, channels, pending, onReorder }: FilterBarProps) {
  const { t } = useTranslation();
  const channelName = useChannelName();
  return (
    <div className={styles.filters}>
      <Segmented
        value={sort}
        onChange={(value) => setFilters({ sort: value === "risk" ? "" : value })}
        options={(["risk", "waiting", "started"] as const).map((name) => ({ value: name, label: t(`console.sort.${name}`) }))}
      />
      <Filter
        label={t("console.filterRules")}
        value={filters.rules}
        onChange={(rules) => setFilters({ rules })}
        options={[
          { value: "attention", label: t("console.attention") },
          { value: "major", label: t("console.withMajor") },
          { value: "any", label: t("console.withViolations") },
          { value: "owed", label: t("console.withOwed") },
        ]}
      />
      <Filter label={t("console.filterEmotion")} value={filters.emotion} onChange={(emotion) => setFilters({ emotion })} options={emotions.map((one) => ({ value: one, label: t(`emotion.${one}`) }))} />
      <Filter label={t("console.filterChannel")} value={filters.channel} onChange={(channel) => setFilters({ channel })} options={channels.map((one) => ({ value: one, label: channelName(one) }))} />
      <Filter
        label={t("console.filterState")}
        value={filters.state}
        onChange={(state) => setFilters({ state })}
        options={(["waiting", "open", "ended", "closed"] as const).map((one) => ({ value: one, label: t(`console.state.${one}`) }))}
      />
      <span className={styles.grow} />
      {pending > 0 ? (
        <Button shape="round" size="small" icon={<ArrowUpOutlined aria-hidden="true" />} onClick={onReorder} aria-keyshortcuts="R">
          {t("console.reorder", { count: pending })} <Kbd>R</Kbd>
        </Button>
      ) : null}
    </div>
  );
}

function Filter({ label, value, onChange, options }: { label: string; value: string; onChange: (value: string) => void; options: { value: string; label: string }[] }) {
  return (
    <Select<string>
      value={value === "" ? undefined : value}
      placeholder={label}
      aria-label={label}
      allowClear
      onChange={(next: string | undefined) => onChange(next ?? "")}
      options={options}
      popupMatchSelectWidth={false}
      className={styles.filter}
    />
  );
}

interface RowProps {
  item: Summary;
  now: number;
  selected: boolean;
  onSelect: (id: string) => void;
  shows: (column: string) => boolean;
  grid: string | undefined;
}

function Row({ item, now, selected, onSelect, shows, grid }: RowProps) {
  const { t } = useTranslation();
  const nameless = useNameless();
  const channelName = useChannelName();
  const tier = item.customer?.["tier"];
  const emotion = item.emotion ?? "none";
  const hot = emotion === "angry" || emotion === "dissatisfied";
  return (
    <div
      role="row"
      tabIndex={0}
      className={`${styles.row} ${selected ? styles.selected : ""}`}
      aria-selected={selected}
      style={{ gridTemplateColumns: grid }}
      onClick={() => onSelect(item.id)}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          onSelect(item.id);
        }
      }}
      data-conversation={item.id}
    >
      <span role="cell" className={styles.c_risk}>
        <Risk item={item} now={now} />
      </span>
      <span role="cell" className={styles.c_customer}>
        <span className={styles.line}>
          <span title={channelName(item.channel)}>{channelIcon(item.channel)}</span>
          <strong>{customerName(item, nameless)}</strong>
          {typeof tier === "string" ? <Tag>{tier}</Tag> : null}
        </span>
        <span className={styles.preview}>{item.last?.text || item.title}</span>
      </span>
      {shows("rep") ? (
        <span role="cell" className={styles.c_rep}>
          <span className={styles.preview}>{item.rep?.name || t("console.noRep")}</span>
          <span className={styles.preview}>
            {t(`console.state.${item.state}`)}
            {isIdleSample(item, now) ? ` \u00b7 ${t("list.idle")}` : ""}
          </span>
        </span>
      ) : null}
      {shows("emotion") ? (
        <span role="cell" className={`${styles.c_emotion} ${hot ? styles.hot : ""}`}>
          {t(`emotion.${emotion}`)}
        </span>
      ) : null}
      {shows("rules") ? (
        <span role="cell" className={styles.c_rules}>
          <Rules item={item} />
        </span>
      ) : null}
      {shows("flow") ? (
        <span role="cell" className={styles.c_flow}>
          {item.flow || "\u2013"}
        </span>
      ) : null}
      {shows("duration") ? (
        <span role="cell" className={styles.c_duration}>
          <Times item={item} now={now} />
        </span>
      ) : null}
    </div>
  );
}

function Risk({ item, now }: { item: Summary; now: number }) {
  const { t } = useTranslation();
  const parts = riskParts(item, now);
  const risk = riskOf(item, now);
  const words = (["emotion", "rules", "waiting", "owed"] as const).map((name) => `${t(`console.riskParts.${name}`)} ${parts[name]}`).join(" \u00b7 ");
  return (
    <span title={words} aria-label={`${t("console.riskOf", { risk })}: ${words}`}>
      <span className={styles.risk}>{risk}</span>
      <span className={styles.meter} aria-hidden="true">
        <i className={styles.p1} style={{ width: `${parts.emotion}%` }} />
        <i className={styles.p2} style={{ width: `${parts.rules}%` }} />
        <i className={styles.p3} style={{ width: `${parts.waiting}%` }} />
        <i className={styles.p4} style={{ width: `${parts.owed}%` }} />
      </span>
    </span>
  );
}

function Rules({ item }: { item: Summary }) {
  const { t } = useTranslation();
  const major = item.violations?.major ?? 0;
  const normal = item.violations?.normal ?? 0;
  const owed = item.owed ?? 0;
  if (major + normal + owed === 0) return <span className={styles.meta}>{t("console.notRequired")}</span>;
  return (
    <span className={styles.tags}>
      {major > 0 ? (
        <Tag tone="red" icon={<StopFilled aria-hidden="true" />}>
          {t("list.major", { count: major })}
        </Tag>
      ) : null}
      {normal > 0 ? (
        <Tag icon={<ExclamationCircleFilled aria-hidden="true" />}>{t("list.normal", { count: normal })}</Tag>
      ) : null}
      {owed > 0 ? (
        <Tag tone="orange" icon={<ExclamationCircleFilled aria-hidden="true" />}>
          {t("list.owed", { count: owed })}
        </Tag>
      ) : null}
    </span>
  );
}

function Times({ item, now }: { item: Summary; now: number }) {
  const { t } = useTranslation();
  const started = parseTime(item.started_at);
  const ended = parseTime(item.ended_at);
  const waiting = ended === null ? parseTime(item.waiting_since) : null;
  return (
    <>
      <span>{started === null ? "" : span((ended ?? now) - started)}</span>
      {waiting !== null ? <span className={styles.waiting}>{t("list.waited", { time: span(now - waiting) })}</span> : null}
    </>
  );
}
