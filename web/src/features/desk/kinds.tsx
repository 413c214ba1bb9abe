import {
  BellOutlined,
  CheckCircleFilled,
  CommentOutlined,
  ExclamationCircleFilled,
  InfoCircleOutlined,
  NodeIndexOutlined,
  ReadOutlined,
  SmileOutlined,
  StopFilled,
  BulbOutlined,
  FileTextOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";
import type { Tone } from "./cards";
import styles from "./double.module.css";

/** Icons of card kinds. Never colour alone: the word stands beside it. */
export function kindIcon(kind: string, done: boolean): ReactNode {
  if (done) return <CheckCircleFilled aria-hidden="true" />;
  switch (kind) {
    case "fraud":
    case "violation":
    case "blocked":
      return <StopFilled aria-hidden="true" />;
    case "prompt":
      return <ExclamationCircleFilled aria-hidden="true" />;
    case "hint":
      return <InfoCircleOutlined aria-hidden="true" />;
    case "knowledge":
      return <ReadOutlined aria-hidden="true" />;
    case "reply":
      return <CommentOutlined aria-hidden="true" />;
    case "step":
      return <NodeIndexOutlined aria-hidden="true" />;
    case "emotion":
      return <SmileOutlined aria-hidden="true" />;
    case "need":
      return <BulbOutlined aria-hidden="true" />;
    case "wrapup":
      return <FileTextOutlined aria-hidden="true" />;
    default:
      return <BellOutlined aria-hidden="true" />;
  }
}

const text: Record<Tone, string | undefined> = { red: styles.tRed, orange: styles.tOrange, blue: styles.tBlue, green: styles.tGreen, grey: styles.tGrey };
const bar: Record<Tone, string | undefined> = { red: styles.bRed, orange: styles.bOrange, blue: styles.bBlue, green: styles.bGreen, grey: styles.bGrey };

export const toneText = (tone: Tone): string => text[tone] ?? "";
export const toneBar = (tone: Tone): string => bar[tone] ?? "";
