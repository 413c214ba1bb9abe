import { DownOutlined } from "@ant-design/icons";
import { Button, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { HeldCard } from "../../api/types";
import { useLive } from "../../state/live";
import { takePlainWords } from "./commands";
import styles from "./double.module.css";
import { kindIcon } from "./kinds";
import { quoted } from "./PrimaryCard";

const noCards: HeldCard[] = [];

/** What the double did not want to interrupt with: one button, and nothing that moves by itself. */
export function HeldCards({ conversation, readOnly }: { conversation: string; readOnly: boolean }) {
  const { t } = useTranslation();
  const held = useLive((live) => live.panels[conversation]?.panels.more) ?? noCards;
  const [open, setOpen] = useState(false);
  if (held.length === 0) return null;
  const content = (
    <ul className={styles.held} aria-label={t("double.heldTitle")}>
      {held.map((card) => (
        <li key={card.card} className={styles.heldRow} data-held={card.held} data-item={card.item}>
          <div className={styles.heldText}>
            <span className={styles.heldHead}>
              {kindIcon(card.kind, false)} {t(`kind.${card.kind}`)} {"\u00b7"} {card.title}
              <span className={styles.heldWhy}>{t(`double.held.${card.held}`)}</span>
            </span>
            <p className={styles.heldSay}>{card.say || card.text}</p>
            {card.sources?.[0]?.title ? (
              <span className={styles.heldWhy}>
                {quoted(card.sources[0].title)} {card.sources[0].clause}
              </span>
            ) : null}
          </div>
          {readOnly || card.audience === "internal" || !card.say ? null : (
            <Button
              size="small"
              aria-label={`${t("double.use")}: ${card.title ?? ""}`}
              onClick={() => {
                takePlainWords(conversation, card.say ?? "");
                setOpen(false);
              }}
            >
              {t("double.use")}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomRight" title={t("double.heldTitle")} content={content}>
      <button type="button" className={styles.heldMore} aria-haspopup="dialog" aria-expanded={open} data-more={held.length}>
        {t("double.more", { count: held.length })} <DownOutlined aria-hidden="true" />
      </button>
    </Popover>
  );
}
