import { useTranslation } from "react-i18next";
import type { Emotion, Panels } from "../../api/types";
import { useLive } from "../../state/live";
import { deskUi } from "../desk/ui";
import styles from "./console.module.css";

const level: Record<Emotion, number> = { none: 0, calm: 0, sad: 3, anxious: 5, dissatisfied: 7, angry: 10 };
const width = 400;
const height = 44;

/** How the customer's emotion went, turn by turn, with the violations on it. A point opens its turn. */
export function EmotionCurve({ conversation, panels }: { conversation: string; panels: Panels | undefined }) {
  const { t } = useTranslation();
  const turns = useLive((state) => Object.keys(state.conversations[conversation]?.byTurn ?? {}).length);
  const history = panels?.emotion?.history ?? [];
  const violations = panels?.compliance?.violations ?? [];
  if (history.length === 0 && violations.length === 0) return null;
  const last = Math.max(1, turns - 1, ...history.map((one) => one.turn), ...violations.map((one) => one.turn));
  const x = (turn: number) => 8 + (turn / last) * (width - 16);
  const y = (emotion: Emotion) => height - 8 - (level[emotion] / 10) * (height - 16);
  const at = (turn: number): Emotion => history.findLast((one) => one.turn <= turn)?.emotion ?? "calm";
  let path = `M ${x(0)} ${y("calm")}`;
  for (const { turn, emotion } of history) path += ` L ${x(Math.max(0, turn - 1))} ${y(at(turn - 1))} L ${x(turn)} ${y(emotion)}`;
  path += ` L ${x(last)} ${y(at(last))}`;
  return (
    <figure className={styles.curve}>
      <figcaption>{t("customer.emotion")}</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={history.map(({ turn, emotion }) => `${turn + 1}: ${t(`emotion.${emotion}`)}`).join(", ")}>
        <line x1="8" x2={width - 8} y1={height - 8} y2={height - 8} className={styles.axis} />
        <path d={path} className={styles.curveLine} />
        {history.map(({ turn, emotion }) => (
          <circle key={`e${turn}`} cx={x(turn)} cy={y(emotion)} r="3" className={styles.curveDot} onClick={() => deskUi.light(turn)}>
            <title>{t(`emotion.${emotion}`)}</title>
          </circle>
        ))}
        {violations.map((one, index) => (
          <rect
            key={`v${index}`}
            x={x(one.turn) - 4}
            y={y(at(one.turn)) - 4}
            width="8"
            height="8"
            transform={`rotate(45 ${x(one.turn)} ${y(at(one.turn))})`}
            className={styles.curveMark}
            onClick={() => deskUi.light(one.turn)}
          >
            <title>{`${one.rule} ${one.name}`}</title>
          </rect>
        ))}
      </svg>
      <span className={styles.curveKey}>
        <i aria-hidden="true" /> {t("kind.violation")}
      </span>
    </figure>
  );
}
