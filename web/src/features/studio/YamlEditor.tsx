import { useEffect, useMemo, useRef, type ReactNode } from "react";
import styles from "./studio.module.css";

interface EditorProps {
  value: string;
  onChange: (value: string) => void;
  label: string;
  /** Lines with an error, lines that differ from the current version, the line of the focused field. */
  errors: ReadonlySet<number>;
  changed: ReadonlySet<number>;
  lit: number | null;
  /** Asks the editor to show a line; a new object asks again. */
  goTo: { line: number } | null;
}

/**
 * A plain text field over a coloured copy of its own text: the browser's undo, selection and input methods stay, the copy
 * carries line numbers, marks and colours.
 */
export function YamlEditor({ value, onChange, label, errors, changed, lit, goTo }: EditorProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => value.split("\n"), [value]);

  useEffect(() => {
    if (lit === null) return;
    box.current?.querySelector(`[data-line="${lit}"]`)?.scrollIntoView({ block: "nearest" });
  }, [lit]);
  useEffect(() => {
    const element = field.current;
    if (!goTo || !element) return;
    const start = element.value.split("\n").slice(0, goTo.line - 1).join("\n").length + (goTo.line > 1 ? 1 : 0);
    const end = element.value.indexOf("\n", start);
    element.focus();
    element.setSelectionRange(start, end < 0 ? element.value.length : end);
    box.current?.querySelector(`[data-line="${goTo.line}"]`)?.scrollIntoView({ block: "center" });
  }, [goTo]);

  return (
    <div ref={box} className={styles.editor}>
      <div className={styles.editorInner}>
        <pre className={styles.copy} aria-hidden="true">
          {lines.map((line, index) => {
            const number = index + 1;
            const mark = errors.has(number) ? styles.lineError : changed.has(number) ? styles.lineChanged : "";
            return (
              <div key={index} className={`${styles.codeLine} ${mark} ${lit === number ? styles.lineLit : ""}`} data-line={number} data-error={errors.has(number) ? "" : undefined}>
                {coloured(line)}
                {"\n"}
              </div>
            );
          })}
        </pre>
        <textarea
          ref={field}
          className={styles.field}
          value={value}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          aria-label={label}
          aria-invalid={errors.size > 0}
          onChange={(event) => onChange(event.target.value)}
          data-yaml=""
        />
      </div>
    </div>
  );
}

const parts = /^(\s*(?:- )?)(?:([\w.-]+)(:)(?=\s|$))?(.*?)(\s#.*)?$/;

/** Keys, comments and the rest; enough to find one's way, cheap enough for every key press. */
function coloured(line: string): ReactNode {
  if (/^\s*#/.test(line)) return <span className={styles.comment}>{line}</span>;
  const found = parts.exec(line);
  if (!found) return line;
  const [, indent = "", key, colon = "", rest = "", comment = ""] = found;
  return (
    <>
      {indent}
      {key ? <span className={styles.key}>{key}</span> : null}
      {key ? colon : ""}
      {rest}
      {comment ? <span className={styles.comment}>{comment}</span> : null}
    </>
  );
}
