import type { ReactNode } from "react";
import styles from "./components.module.css";

/** An empty place that says what to do next. */
export function Empty({ title, text, action, icon }: { title: string; text?: string; action?: ReactNode; icon?: ReactNode }) {
  return (
    <div className={styles.empty}>
      {icon}
      <div className={styles.emptyTitle}>{title}</div>
      {text ? <div className={styles.emptyText}>{text}</div> : null}
      {action ? <div className={styles.emptyAction}>{action}</div> : null}
    </div>
  );
}
