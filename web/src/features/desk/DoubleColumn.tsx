import { MenuFoldOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { memo, useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ErrorBoundary } from "../../components/ErrorBoundary";
import { Kbd } from "../../components/Kbd";
import { clampWidth, doubleWidthMax, doubleWidthMin, setPrefs, usePrefs } from "../../state/prefs";
import { useLive } from "../../state/live";
import { useShellUi } from "../../state/shellUi";
import { CardStack } from "./CardStack";
import { ComplianceTab } from "./ComplianceTab";
import { CustomerTab } from "./CustomerTab";
import styles from "./double.module.css";
import { FlowTab } from "./FlowTab";
import { KnowledgeTab } from "./KnowledgeTab";
import { deskUi, tabNames, useDeskUi, type TabName } from "./ui";
import { WrapupTab } from "./WrapupTab";

interface ColumnProps {
  conversation: string;
  readOnly: boolean;
  collapsible?: boolean;
  /** Stands over the cards; on the desk that is the double's own name. */
  title?: string;
}

export const DoubleColumn = memo(function DoubleColumn({ conversation, readOnly, collapsible = true, title }: ColumnProps) {
  const { t } = useTranslation();
  const panels = useLive((live) => live.panels[conversation]?.panels);
  const customer = useLive((live) => live.list[conversation]?.customer);
  const tab = useDeskUi((ui) => ui.tab);
  const panel: Record<TabName, ReactNode> = {
    knowledge: <KnowledgeTab conversation={conversation} readOnly={readOnly} />,
    flow: <FlowTab conversation={conversation} panels={panels} readOnly={readOnly} />,
    compliance: <ComplianceTab conversation={conversation} panels={panels} readOnly={readOnly} />,
    customer: <CustomerTab conversation={conversation} panels={panels} known={customer} />,
    wrapup: <WrapupTab conversation={conversation} panels={panels} />,
  };
  return (
    <section className={styles.double} aria-label={t("double.title")}>
      {collapsible ? <ResizeHandle /> : null}
      <ErrorBoundary resetKey={conversation}>
        <CardStack
          conversation={conversation}
          readOnly={readOnly}
          title={title ?? t("double.title")}
          head={
            collapsible ? (
              <Button type="text" size="small" icon={<MenuFoldOutlined rotate={180} aria-hidden="true" />} aria-label={t("double.collapse")} onClick={() => setPrefs({ doubleOpen: false })} />
            ) : null
          }
        />
      </ErrorBoundary>
      <TabBar conversation={conversation} />
      <div className={styles.panel} role="tabpanel" id="double-panel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
        <ErrorBoundary resetKey={`${conversation}:${tab}`}>{panel[tab]}</ErrorBoundary>
      </div>
      {readOnly ? null : <KeyHints />}
    </section>
  );
});

function TabBar({ conversation }: { conversation: string }) {
  const { t } = useTranslation();
  const tab = useDeskUi((ui) => ui.tab);
  const panels = useLive((live) => live.panels[conversation]?.panels);
  const knowledge = useLive((live) => live.conversations[conversation]?.cards.filter((view) => view.card.kind === "knowledge" && (view.card.rank ?? 1) === 1).length ?? 0);
  const list = useRef<HTMLDivElement>(null);
  const owed = panels?.compliance?.owed.length ?? 0;
  const major = panels?.compliance?.violations.filter((one) => one.severity === "major" || one.fraud).length ?? 0;
  const counts: Partial<Record<TabName, { count: number; className: string | undefined }>> = {
    knowledge: { count: knowledge, className: "" },
    compliance: major > 0 ? { count: major + owed, className: styles.countRed } : { count: owed, className: styles.countOrange },
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = tabNames.indexOf(tab);
    const next = tabNames[(at + step + tabNames.length) % tabNames.length] ?? tab;
    deskUi.tab(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div ref={list} role="tablist" className={styles.tabs} onKeyDown={onKeyDown} aria-label={t("double.title")}>
      {tabNames.map((name, index) => {
        const count = counts[name];
        return (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={tab === name}
            aria-controls="double-panel"
            aria-keyshortcuts={`Alt+${index + 1}`}
            tabIndex={tab === name ? 0 : -1}
            className={styles.tab}
            onClick={() => deskUi.tab(name)}
          >
            {t(`tabs.${name}`)}
            {count && count.count > 0 ? <span className={`${styles.count} ${count.className ?? ""}`}>{count.count}</span> : null}
          </button>
        );
      })}
    </div>
  );
}

function KeyHints() {
  const { t } = useTranslation();
  const open = useShellUi((ui) => ui.openKeys);
  return (
    <div className={styles.keys}>
      <Kbd>J</Kbd>
      <Kbd>K</Kbd> {t("keys.cards")}
      <Kbd>Alt+1</Kbd>
      <Kbd>5</Kbd> {t("keys.tabs")}
      <button type="button" className={styles.keysButton} onClick={open} aria-keyshortcuts="?">
        <Kbd>?</Kbd> {t("keys.title")}
      </button>
    </div>
  );
}

/** Drag, or arrow keys, between 380 and 440 px. */
function ResizeHandle() {
  const { t } = useTranslation();
  const width = usePrefs((prefs) => prefs.doubleWidth);
  const onPointerDown = (event: PointerEvent<HTMLButtonElement>) => {
    const target = event.currentTarget;
    target.setPointerCapture(event.pointerId);
    const start = event.clientX;
    const before = width;
    const move = (at: globalThis.PointerEvent) => setPrefs({ doubleWidth: clampWidth(before + start - at.clientX) });
    const up = () => {
      target.removeEventListener("pointermove", move);
      target.removeEventListener("pointerup", up);
    };
    target.addEventListener("pointermove", move);
    target.addEventListener("pointerup", up);
  };
  return (
    <button
      type="button"
      className={styles.handle}
      role="separator"
      aria-orientation="vertical"
      aria-label={t("double.resize")}
      aria-valuemin={doubleWidthMin}
      aria-valuemax={doubleWidthMax}
      aria-valuenow={width}
      onPointerDown={onPointerDown}
      onKeyDown={(event) => {
        if (event.key === "ArrowLeft") setPrefs({ doubleWidth: clampWidth(width + 8) });
        if (event.key === "ArrowRight") setPrefs({ doubleWidth: clampWidth(width - 8) });
      }}
    />
  );
}
