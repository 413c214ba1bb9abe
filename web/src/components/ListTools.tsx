// What every list page has beside its filters: saved views (the address under a name), the choice of columns, export.
import { AppstoreOutlined, DeleteOutlined, DownloadOutlined, SettingOutlined } from "@ant-design/icons";
import { Button, Checkbox, Input, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { readJson, writeJson } from "../lib/storage";
import styles from "./components.module.css";

interface View {
  name: string;
  search: string;
}

const isViews = (value: unknown): value is View[] => Array.isArray(value) && value.every((one) => typeof one?.name === "string" && typeof one?.search === "string");
const nameMax = 24;

/** Filters and order live in the address; a view is an address with a name. */
export function SavedViews({ list }: { list: string }) {
  const { t } = useTranslation();
  const key = `fenshen.views.${list}`;
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  const [views, setViews] = useState(() => readJson(key, isViews, []));
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const keep = (next: View[]) => {
    setViews(next);
    writeJson(key, next);
  };
  const save = () => {
    const wanted = name.trim();
    if (!wanted) return;
    keep([...views.filter((view) => view.name !== wanted), { name: wanted, search }]);
    setName("");
  };
  const here = views.find((view) => view.search === search)?.name;
  const content = (
    <div className={styles.tools}>
      {views.length === 0 ? <p className={styles.toolsHint}>{t("tools.noViews")}</p> : null}
      <ul>
        {views.map((view) => (
          <li key={view.name} className={styles.toolsRow}>
            <Button
              type={view.name === here ? "primary" : "text"}
              className={styles.toolsName}
              onClick={() => {
                void navigate({ pathname, search: view.search });
                setOpen(false);
              }}
            >
              {view.name}
            </Button>
            <Button type="text" icon={<DeleteOutlined aria-hidden="true" />} aria-label={t("tools.removeView", { name: view.name })} onClick={() => keep(views.filter((one) => one !== view))} />
          </li>
        ))}
      </ul>
      <div className={styles.toolsRow}>
        <Input value={name} maxLength={nameMax} placeholder={t("tools.viewName")} aria-label={t("tools.viewName")} onChange={(event) => setName(event.target.value)} onPressEnter={save} />
        <Button disabled={name.trim() === ""} onClick={save}>
          {t("tools.saveView")}
        </Button>
      </div>
    </div>
  );
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomRight" content={content}>
      <Button icon={<AppstoreOutlined aria-hidden="true" />} aria-haspopup="dialog" aria-expanded={open} title={t("tools.views")} data-views="">
        {here ?? t("tools.views")}
      </Button>
    </Popover>
  );
}

export interface Column {
  id: string;
  label: string;
  /** Always there. */
  fixed?: boolean;
}

const isIds = (value: unknown): value is string[] => Array.isArray(value) && value.every((one) => typeof one === "string");

export interface ColumnChoice {
  shows: (id: string) => boolean;
  hidden: string[];
  set: (hidden: string[]) => void;
}

/** Kept is what was hidden, so that a column that is added later shows. */
export function useColumns(list: string): ColumnChoice {
  const key = `fenshen.columns.${list}`;
  const [hidden, setHidden] = useState(() => readJson(key, isIds, []));
  return {
    hidden,
    shows: (id) => !hidden.includes(id),
    set: (next) => {
      setHidden(next);
      writeJson(key, next);
    },
  };
}

export function ColumnsButton({ columns, choice }: { columns: readonly Column[]; choice: ColumnChoice }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const toggle = (id: string, on: boolean) => choice.set(on ? choice.hidden.filter((one) => one !== id) : [...choice.hidden, id]);
  const content = (
    <ul className={styles.tools}>
      {columns.map((column) => (
        <li key={column.id}>
          <Checkbox checked={column.fixed || choice.shows(column.id)} disabled={column.fixed} onChange={(event) => toggle(column.id, event.target.checked)}>
            {column.label}
          </Checkbox>
        </li>
      ))}
    </ul>
  );
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomRight" content={content}>
      <Button icon={<SettingOutlined aria-hidden="true" />} aria-haspopup="dialog" aria-expanded={open} aria-label={t("tools.columns")} title={t("tools.columns")} data-columns="" />
    </Popover>
  );
}

export function ExportButton({ onExport, disabled }: { onExport: () => void; disabled?: boolean }) {
  const { t } = useTranslation();
  return <Button icon={<DownloadOutlined aria-hidden="true" />} disabled={disabled} aria-label={t("tools.export")} title={t("tools.exportHint")} onClick={onExport} data-export="" />;
}
