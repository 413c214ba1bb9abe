import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../../state/live";
import { kindKey, sentenceOf, toneOf } from "./cards";

/** Says new cards to a screen reader: what must be heard at once interrupts, the rest waits for a pause. */
export function CardAnnouncer({ conversation }: { conversation: string }) {
  const { t } = useTranslation();
  const cards = useLive((live) => live.conversations[conversation]?.cards);
  const known = useRef<number | null>(null);
  const [polite, setPolite] = useState("");
  const [urgent, setUrgent] = useState("");

  useEffect(() => {
    if (!cards) return;
    const last = cards.at(-1)?.n ?? 0;
    const before = known.current;
    known.current = last;
    if (before === null) return; // What was there when the desk opened is read, not announced.
    const fresh = cards.findLast((view) => view.n > before && view.card.kind !== "wrapup" && view.card.primary !== false);
    if (!fresh) return;
    const text = t("double.announce", { kind: t(`kind.${kindKey(fresh)}`), title: fresh.card.title ?? "", text: sentenceOf(fresh) });
    if (toneOf(fresh, "new") === "red") setUrgent(text);
    else setPolite(text);
  }, [cards, t]);

  return (
    <>
      <div className="sr-only" aria-live="polite" data-announce="polite">
        {polite}
      </div>
      <div className="sr-only" aria-live="assertive" data-announce="assertive">
        {urgent}
      </div>
    </>
  );
}
