import { AudioOutlined, CloseOutlined, EyeOutlined, MessageOutlined, SwapOutlined, TeamOutlined } from "@ant-design/icons";
import { Button, Skeleton } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ApiError } from "../../api/client";
import { Empty } from "../../components/Empty";
import { span } from "../../lib/time";
import { useNow } from "../../lib/useNow";
import { live, useLive } from "../../state/live";
import { ConversationHead } from "../desk/ConversationHead";
import { useNameless } from "../desk/ConversationList";
import { DoubleColumn } from "../desk/DoubleColumn";
import { customerName } from "../desk/listModel";
import { Transcript } from "../desk/Transcript";
import { deskUi } from "../desk/ui";
import { useConversation } from "../desk/useDesk";
import { useTurnOfAddress } from "../desk/useTurnOfAddress";
import styles from "./console.module.css";
import { EmotionCurve } from "./EmotionCurve";

/** One conversation, read-only, with what the double shows the rep. */
export function Watching({ conversation, onClose }: { conversation: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { panels, summary } = useConversation(conversation);
  const ready = useLive((state) => state.listReady);
  const problem = useLive((state) => state.problems[conversation]);
  const [missing, setMissing] = useState(false);
  const [since] = useState(() => Date.now());
  useTurnOfAddress(conversation);
  const known = summary !== undefined;
  const nameless = useNameless();

  useEffect(() => {
    deskUi.open(conversation);
    return live.watch(conversation);
  }, [conversation]);
  useEffect(() => {
    if (known || !ready) return;
    api
      .conversation(conversation)
      .then((item) => live.put(item))
      .catch((error: unknown) => setMissing(error instanceof ApiError && !error.offline));
  }, [conversation, known, ready]);

  if (missing || problem === "not_found" || problem === "forbidden") {
    return (
      <section className={styles.detail} aria-label={t("console.detail")}>
        <Empty title={t("head.notFound")} action={<Button onClick={onClose}>{t("common.close")}</Button>} />
      </section>
    );
  }
  if (!summary) {
    return (
      <section className={styles.detail} aria-label={t("console.detail")}>
        <Skeleton active className={styles.skeleton} />
      </section>
    );
  }
  return (
    <>
      <section className={styles.detail} aria-label={t("console.detail")}>
        <ConversationHead
          summary={summary}
          panels={panels}
          readOnly
          desk={false}
          extra={<Button type="text" icon={<CloseOutlined aria-hidden="true" />} aria-label={t("common.close")} onClick={onClose} />}
        />
        <EmotionCurve conversation={conversation} panels={panels} />
        <Transcript conversation={conversation} customer={customerName(summary, nameless)} rep={summary.rep?.name || t("speaker.rep")} readOnly />
        <footer className={styles.watchFoot}>
          <Button type="primary" icon={<EyeOutlined aria-hidden="true" />} onClick={onClose}>
            {t("console.stop")}
          </Button>
          <Button disabled icon={<MessageOutlined aria-hidden="true" />} title={t("console.later")}>
            {t("console.whisper")}
          </Button>
          <Button disabled icon={<TeamOutlined aria-hidden="true" />} title={t("console.later")}>
            {t("console.barge")}
          </Button>
          <Button disabled icon={<SwapOutlined aria-hidden="true" />} title={t("console.later")}>
            {t("console.takeover")}
          </Button>
          <span className={styles.grow} />
          <Logged since={since} />
        </footer>
      </section>
      <div className={styles.side}>
        <DoubleColumn conversation={conversation} readOnly collapsible={false} title={`${t("console.shown")} \u00b7 ${t("console.shownHint")}`} />
      </div>
    </>
  );
}

function Logged({ since }: { since: number }) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <span className={styles.meta}>
      <AudioOutlined aria-hidden="true" /> {t("console.logged", { time: span(now - since) })}
    </span>
  );
}
