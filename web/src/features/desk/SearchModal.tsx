import { LockOutlined, SearchOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Modal } from "antd";
import { useEffect, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { SearchHit } from "../../api/types";
import { errorText } from "../../app/errors";
import { Empty } from "../../components/Empty";
import { Kbd } from "../../components/Kbd";
import { Tag } from "../../components/Tag";
import { quoted } from "./PrimaryCard";
import styles from "./search.module.css";

interface SearchProps {
  open: boolean;
  onClose: () => void;
  /** Takes a hit's wording into the composer; absent where there is no conversation to say it in. */
  onUse: ((say: string) => void) | null;
  /** The language of the conversation, in which the words will be said. */
  lang: string;
}

const pauseMs = 90;
// Below this a hit shares a chance character with the question: showing it would hide that nothing was found.
const certaintyMin = 0.1;

export function SearchModal({ open, onClose, onUse, lang }: SearchProps) {
  const { t } = useTranslation();
  return (
    <Modal open={open} onCancel={onClose} footer={null} closable={false} width={840} style={{ top: 72 }} destroyOnHidden title={<span className="sr-only">{t("search.title")}</span>} styles={{ header: { margin: 0 } }}>
      <SearchBody onClose={onClose} onUse={onUse} lang={lang} />
    </Modal>
  );
}

function SearchBody({ onClose, onUse, lang }: Omit<SearchProps, "open">) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const asked = usePaused(query.trim(), pauseMs);
  const [at, setAt] = useState(0);
  const found = useQuery({
    queryKey: ["search", asked, lang],
    queryFn: ({ signal }) => api.search({ q: asked, limit: 12, lang }, signal),
    enabled: asked !== "",
    placeholderData: (before) => before,
  });
  const items = asked === "" ? [] : (found.data?.items ?? []).filter((hit) => (hit.certainty ?? 1) >= certaintyMin);
  const current = items[Math.min(at, items.length - 1)];
  useEffect(() => setAt(0), [asked]);

  const use = (hit: SearchHit | undefined) => {
    if (!hit?.say || hit.audience === "internal" || !onUse) return;
    onUse(hit.say);
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt(Math.min(items.length - 1, at + 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1));
    else if (event.key === "Enter") use(current);
    else return;
    event.preventDefault();
  };

  return (
    <div className={styles.search} data-search="">
      <Input
        autoFocus
        size="large"
        variant="borderless"
        prefix={<SearchOutlined aria-hidden="true" />}
        suffix={<Kbd>Esc</Kbd>}
        value={query}
        maxLength={200}
        placeholder={t("search.placeholder")}
        aria-label={t("search.title")}
        role="combobox"
        aria-expanded={items.length > 0}
        aria-controls="search-results"
        aria-activedescendant={current ? `hit-${current.id}` : undefined}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className={styles.body}>
        {asked === "" ? <Empty title={t("search.title")} text={t("search.hint")} /> : null}
        {found.isError && asked !== "" ? <Empty title={t("search.failed")} text={errorText(found.error, t)} /> : null}
        {asked !== "" && found.isSuccess && items.length === 0 && !found.isPlaceholderData ? (
          <div role="status" data-nothing="">
            <Empty title={t("search.nothing", { query: asked })} text={t("search.nothingText")} />
          </div>
        ) : null}
        {items.length > 0 ? (
          <>
            <ul className={styles.hits} id="search-results" role="listbox" aria-label={t("search.results")}>
              {items.map((hit, index) => (
                <li
                  key={hit.id}
                  id={`hit-${hit.id}`}
                  role="option"
                  aria-selected={hit === current}
                  className={`${styles.hit} ${hit === current ? styles.hitOn : ""}`}
                  onClick={() => setAt(index)}
                  onDoubleClick={() => use(hit)}
                  data-hit={hit.id}
                >
                  <span className={styles.hitTitle}>{hit.title}</span>
                  <span className={styles.hitText}>{hit.answer}</span>
                </li>
              ))}
            </ul>
            {current ? <Detail hit={current} onUse={onUse ? () => use(current) : null} /> : null}
          </>
        ) : null}
      </div>
      <footer className={styles.foot}>
        <Kbd>{"\u2191"}</Kbd>
        <Kbd>{"\u2193"}</Kbd> {t("search.move")}
        {onUse ? (
          <>
            <Kbd>{"\u21b5"}</Kbd> {t("search.use")}
          </>
        ) : null}
        <span className={styles.grow} />
        {items.length > 0 && found.data?.took_us !== undefined ? t("search.took", { count: items.length, us: found.data.took_us }) : ""}
      </footer>
    </div>
  );
}

function usePaused(value: string, ms: number): string {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return paused;
}

function Detail({ hit, onUse }: { hit: SearchHit; onUse: (() => void) | null }) {
  const { t } = useTranslation();
  const internal = hit.audience === "internal";
  const force = hit.from && hit.to ? t("common.fromTo", { from: hit.from, to: hit.to }) : hit.from ? t("common.from", { date: hit.from }) : t("why.openEnded");
  return (
    <article className={styles.detail}>
      <h3 className={styles.detailTitle}>
        {hit.title} {internal ? <Tag icon={<LockOutlined aria-hidden="true" />}>{t("search.internal")}</Tag> : null}
      </h3>
      <p>{hit.answer}</p>
      {hit.facts && hit.facts.length > 0 ? (
        <dl className={styles.facts}>
          {hit.facts.slice(0, 3).map((fact) => (
            <div key={fact.label}>
              <dt>{fact.label}</dt>
              <dd>{fact.value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      {hit.say ? (
        <>
          <h4 className={styles.label}>{t("search.say")}</h4>
          <p className={styles.say}>{hit.say}</p>
        </>
      ) : null}
      <p className={styles.source}>
        {hit.source?.title ? `${quoted(hit.source.title)} ${hit.source.clause ?? ""} \u00b7 ` : ""}
        {t("search.inForce")} {force}
      </p>
      {onUse && hit.say && !internal ? (
        <Button type="primary" onClick={onUse}>
          {t("search.use")} <Kbd>{"\u21b5"}</Kbd>
        </Button>
      ) : null}
    </article>
  );
}
