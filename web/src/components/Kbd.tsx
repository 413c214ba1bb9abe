import styles from "./components.module.css";

/** A key, drawn inside the button or line it belongs to. Hidden from screen readers: the control's own name is enough. */
export function Kbd({ children }: { children: string }) {
  return (
    <kbd className={styles.kbd} aria-hidden="true">
      {children}
    </kbd>
  );
}
