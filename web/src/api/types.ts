// The types of the API. What is on the wire is generated from api/openapi.yaml (wire.ts, `npm run types`); here are the
// names that the front end uses for it and the little that the document does not say.
import type { ContentKind, Event, Localized, Mark, Sample, Session, Summary, SummarySentence } from "./wire";

export type * from "./wire";

export type ConversationEvent = Event;
export type SessionInfo = Session;
export type BiText = Localized;
export type SampleFull = Sample;
export type ConversationStatus = Summary["state"];
export type MarkKind = Mark["kind"];
export type WrapupSentence = SummarySentence;

export interface Page<T> {
  items: T[];
  next: string | null;
}

export const contentKinds = ["article", "rule", "flow", "announcement", "product", "class", "leaf"] as const satisfies readonly ContentKind[];
