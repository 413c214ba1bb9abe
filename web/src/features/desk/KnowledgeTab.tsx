import { SearchOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { memo, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../../components/Empty";
import { Kbd } from "../../components/Kbd";
import { Tag } from "../../components/Tag";
import type { CardView } from "../../state/conversation";
import { useLive } from "../../state/live";
import { useShellUi } from "../../state/shellUi";
import { kindKey, sayOf, type CardStatus } from "./cards";
import { statusKey } from "./CardStack";
import { takeCard } from "./commands";
import { kindIcon } from "./kinds";
import { quoted } from "./PrimaryCard";
import styles from "./tabs.module.css";
import { useTimeOf } from "./useTimeOf";
import { useCardStatus } from "./useDesk";

/** All knowledge and wording of this conversation, newest first, alternatives beside what they stand beside. */
export const KnowledgeTab = memo(function KnowledgeTab({ conversation, readOnly }: { conversation: string; readOnly: boolean }) {
  const { t } = useTranslation();
  const status = useCardStatus(conversation);
  const openSearch = useShellUi((ui) => ui.openSearch);
  const cards = useLive((live) => live.conversations[conversation]?.cards);
  const views = useMemo(() => (cards ?? []).filter((view) => !view.superseded && (view.card.kind === "knowledge" || view.card.kind === "reply")).reverse(), [cards]);
  if (views.length === 0) {
    return (
      <Empty
        title={t("knowledgeTab.empty")}
        text={t("knowledgeTab.emptyText")}
        action={
          <Button icon={<SearchOutlined aria-hidden="true" />} onClick={openSearch}>
            {t("knowledgeTab.search")} <Kbd>Ctrl+K</Kbd>
          </Button>
        }
      />
    );
  }
  return (
    <ul>
      {views.map((view) => (
        <li key={view.card.card}>
          <Article conversation={conversation} view={view} status={status(view)} readOnly={readOnly} />
        </li>
      ))}
    </ul>
  );
});

function Article({ conversation, view, status, readOnly }: { conversation: string; view: CardView; status: CardStatus; readOnly: boolean }) {
  const { t } = useTranslation();
  const time = useTimeOf(conversation);
  const { card } = view;
  const source = card.sources?.[0];
  const handled = statusKey(status);
  const text = card.kind === "reply" ? (card.say ?? card.text) : (card.answer ?? card.text);
  return (
    <article className={styles.article} data-kind={card.kind} data-item={card.item}>
      <div className={styles.articleHead}>
        <Tag tone="blue" icon={kindIcon(card.kind, false)}>
          {t(`kind.${kindKey(view)}`)}
        </Tag>
        <h4 className={styles.articleTitle}>{card.title}</h4>
        {(card.rank ?? 1) > 1 ? <Tag>{t("knowledgeTab.alternatives")}</Tag> : null}
        {handled ? <Tag>{t(`double.${handled}`)}</Tag> : null}
      </div>
      <p className={styles.articleText}>{text}</p>
      <div className={styles.articleFoot}>
        <span>
          {source ? `${quoted(source.title || source.item || "")} ${source.clause ?? ""}` : card.item}
          {source?.from ? <span className={styles.unbroken}> {"\u00b7"} {t("common.from", { date: source.from })}</span> : null}
        </span>
        <span className={styles.grow} />
        <span>{time(view.at)}</span>
        {!readOnly && sayOf(view) ? (
          <Button size="small" onClick={() => takeCard(conversation, view)}>
            {t("double.use")}
          </Button>
        ) : null}
      </div>
    </article>
  );
}
