import type { ReactNode } from "react";
import styles from "./components.module.css";

export type Tone = "grey" | "red" | "orange" | "blue" | "green";

export function Tag({ tone = "grey", icon, children, title }: { tone?: Tone; icon?: ReactNode; children: ReactNode; title?: string }) {
  return (
    <span className={`${styles.tag} ${tone === "grey" ? "" : (styles[tone] ?? "")}`} title={title}>
      {icon}
      {children}
    </span>
  );
}
