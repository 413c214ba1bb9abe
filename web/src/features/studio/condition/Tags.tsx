// A pattern as tags: each alternative one, classes dark with what they hold on hover. Enter adds, a click edits, Delete removes.
import { CloseOutlined } from "@ant-design/icons";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { alternatives, classOf, cleanTag, withAlternative } from "./pattern";
import { classListId, type ClassInfo } from "./classes";
import styles from "./condition.module.css";

interface TagsProps {
  pattern: string;
  label: string;
  onChange: (pattern: string) => void;
  classes: ReadonlyMap<string, ClassInfo>;
  id?: string;
}

export function Tags({ pattern, label, onChange, classes, id }: TagsProps) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState<number | null>(null);
  const [typed, setTyped] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const tags = pattern === "" ? [] : alternatives(pattern);

  const commit = (index: number, value: string) => {
    const tag = cleanTag(value);
    if (index >= tags.length) {
      setTyped("");
      if (tag !== "") onChange(tags.length === 0 ? tag : `${pattern}|${tag}`);
      return;
    }
    setEditing(null);
    if (tag === tags[index]) return;
    onChange(withAlternative(pattern, index, tag === "" ? null : tag));
  };

  return (
    <span className={styles.tags} role="group" aria-label={label}>
      {tags.map((tag, index) => {
        if (editing === index) return <TagInput key={index} value={tag} label={label} onDone={(value) => commit(index, value)} onLeave={() => setEditing(null)} />;
        const name = classOf(tag);
        const known = name === null ? undefined : classes.get(name);
        return (
          <span key={index} className={`${styles.tag} ${name === null ? "" : known || classes.size === 0 ? styles.classTag : styles.unknownTag}`} title={known ? known.title : name === null ? undefined : t("cond.unknownClass", { name })}>
            <button
              type="button"
              className={styles.tagText}
              onClick={() => setEditing(index)}
              onKeyDown={(event) => {
                if (event.key !== "Delete" && event.key !== "Backspace") return;
                event.preventDefault();
                onChange(withAlternative(pattern, index, null));
                field.current?.focus();
              }}
            >
              {name === null ? tag : name}
            </button>
            {known ? (
              <Link to={`/studio/class/${encodeURIComponent(known.id)}`} className={styles.tagLink} aria-label={t("cond.openClass", { name: known.id })}>
                {"\u2197"}
              </Link>
            ) : null}
            <button type="button" tabIndex={-1} className={styles.tagX} aria-label={t("cond.removeTag", { tag })} onClick={() => onChange(withAlternative(pattern, index, null))}>
              <CloseOutlined aria-hidden="true" />
            </button>
          </span>
        );
      })}
      <input
        ref={field}
        id={id}
        className={styles.tagAdd}
        list={classListId}
        value={typed}
        placeholder={t("cond.addPhrase")}
        aria-label={`${label}: ${t("cond.addPhrase")}`}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => commit(tags.length, typed)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.nativeEvent.isComposing) {
            event.preventDefault();
            commit(tags.length, typed);
          }
        }}
      />
    </span>
  );
}

function TagInput({ value, label, onDone, onLeave }: { value: string; label: string; onDone: (value: string) => void; onLeave: () => void }) {
  const [typed, setTyped] = useState(value);
  return (
    <input
      className={styles.tagAdd}
      autoFocus
      list={classListId}
      size={Math.min(40, Math.max(8, typed.length * 1.6))}
      value={typed}
      aria-label={label}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={() => onDone(typed)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.nativeEvent.isComposing) {
          event.preventDefault();
          onDone(typed);
        } else if (event.key === "Escape") {
          event.stopPropagation();
          onLeave();
        }
      }}
    />
  );
}
