import { useTranslation } from "react-i18next";
import styles from "./tabs.module.css";
import { deskUi, useDeskUi } from "./ui";
import { useChipTime } from "./useTimeOf";

/** The time of a turn; pressing or pointing lights the turn in the transcript. */
export function TurnChip({ conversation, turn }: { conversation: string; turn: number }) {
  const { t } = useTranslation();
  const lit = useDeskUi((ui) => ui.lit?.turn === turn);
  const time = useChipTime(conversation, turn);
  return (
    <button
      type="button"
      className={`${styles.turnChip} ${lit ? styles.turnChipOn : ""}`}
      aria-label={t("wrapup.turnChip", { turn: turn + 1, time })}
      onClick={() => deskUi.light(turn)}
      onFocus={() => deskUi.light(turn)}
      onPointerEnter={() => deskUi.light(turn)}
      onPointerLeave={() => deskUi.unlight()}
      onBlur={() => deskUi.unlight()}
      data-turn-chip={turn}
    >
      {time || turn + 1}
    </button>
  );
}
