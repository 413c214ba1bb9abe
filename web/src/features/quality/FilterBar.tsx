import { useQuery } from "@tanstack/react-query";
import { AutoComplete, Button, DatePicker, Select } from "antd";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { usePrefs } from "../../state/prefs";
import { filterNames, type FilterName, type Filters } from "./qualityModel";
import styles from "./quality.module.css";

interface BarProps {
  filters: Filters;
  set: (change: Partial<Filters>) => void;
  names: readonly FilterName[];
  /** Values seen so far, offered while one types. */
  teams?: string[];
  reps?: { id: string; name: string }[];
}

const states = ["scored", "inspected", "appealed", "rechecked", "decided"] as const;

const dayOf = (text: string) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? dayjs(text) : null);

export function useSheets() {
  return useQuery({ queryKey: ["quality", "sheets"], queryFn: api.qualitySheets, staleTime: 60_000 });
}

export function FilterBar({ filters, set, names, teams = [], reps = [] }: BarProps) {
  const { t } = useTranslation();
  const sheets = useSheets();
  const shows = (name: FilterName) => names.includes(name);
  const rules = [...new Set((sheets.data?.items ?? []).flatMap((sheet) => sheet.items.flatMap((item) => item.rules)))].sort();
  const lang = usePrefs((prefs) => prefs.lang);
  useEffect(() => void dayjs.locale(lang === "zh" ? "zh-cn" : "en"), [lang]);
  const any = names.some((name) => filters[name] !== "");
  return (
    <div className={styles.filters} role="search">
      {shows("state") ? <Choice label={t("quality.filter.state")} value={filters.state} onChange={(state) => set({ state })} options={states.map((one) => ({ value: one, label: t(`quality.state.${one}`) }))} /> : null}
      {shows("passed") ? (
        <Choice
          label={t("quality.filter.passed")}
          value={filters.passed}
          onChange={(passed) => set({ passed })}
          options={[
            { value: "false", label: t("quality.notPassed") },
            { value: "true", label: t("quality.passed") },
          ]}
        />
      ) : null}
      {shows("sheet") && (sheets.data?.items.length ?? 0) > 1 ? (
        <Choice label={t("quality.filter.sheet")} value={filters.sheet} onChange={(sheet) => set({ sheet })} options={(sheets.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))} />
      ) : null}
      {shows("rule") ? <Words label={t("quality.filter.rule")} value={filters.rule} onChange={(rule) => set({ rule })} options={rules.map((one) => ({ value: one }))} /> : null}
      {shows("process") ? <Words label={t("quality.filter.process")} value={filters.process} onChange={(process) => set({ process })} options={[]} /> : null}
      {shows("team") ? <Words label={t("quality.filter.team")} value={filters.team} onChange={(team) => set({ team })} options={teams.map((one) => ({ value: one }))} /> : null}
      {shows("rep") && reps.length > 0 ? <Choice label={t("quality.filter.rep")} value={filters.rep} onChange={(rep) => set({ rep })} options={reps.map((one) => ({ value: one.id, label: one.name }))} /> : null}
      {shows("score_max") ? <Words label={t("quality.filter.scoreMax")} value={filters.score_max} onChange={(value) => set({ score_max: value.replace(/\D/g, "").slice(0, 3) })} options={[]} /> : null}
      {shows("from") ? (
        <span className={styles.dates}>
          <DatePicker.RangePicker
            value={[dayOf(filters.from), dayOf(filters.to)]}
            allowEmpty={[true, true]}
            format="YYYY-MM-DD"
            placeholder={[t("quality.filter.from"), t("quality.filter.to")]}
            aria-label={`${t("quality.filter.from")} ${t("quality.filter.to")}`}
            onChange={(days) => set({ from: days?.[0]?.format("YYYY-MM-DD") ?? "", to: days?.[1]?.format("YYYY-MM-DD") ?? "" })}
          />
        </span>
      ) : null}
      {any ? <Button onClick={() => set(Object.fromEntries(filterNames.map((name) => [name, ""])) as Filters)}>{t("console.clear")}</Button> : null}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: { value: string; label?: string }[];
}

function Choice({ label, value, onChange, options }: ChoiceProps) {
  return (
    <Select<string>
      value={value === "" ? undefined : value}
      placeholder={label}
      aria-label={label}
      allowClear
      onChange={(next: string | undefined) => onChange(next ?? "")}
      options={options}
      popupMatchSelectWidth={false}
      className={styles.choice}
    />
  );
}

/** A code one may pick from what is known, or type. */
function Words({ label, value, onChange, options }: ChoiceProps) {
  return (
    <AutoComplete
      value={value}
      options={options}
      onChange={(next: string) => onChange(next ?? "")}
      showSearch={{ filterOption: (input, option) => String(option?.value ?? "").toLowerCase().includes(input.toLowerCase()) }}
      allowClear
      placeholder={label}
      aria-label={label}
      className={styles.words}
    />
  );
}
