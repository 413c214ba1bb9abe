// The REST side of the API: one function per call, one error type, the CSRF token on every write. Nothing here knows React.
import type {
  Advice,
  Agreement,
  Alert,
  AlertPage,
  AttentionReport,
  CardActionName,
  CheckResult,
  ContentItem,
  ContentKind,
  ContentRow,
  ContentStatus,
  Decision,
  Draft,
  DraftPage,
  Frame,
  NewAppeal,
  NewDecision,
  NewInspection,
  NewQualitySample,
  ImportBpmn,
  ImportedBpmn,
  Names,
  NewWhatIf,
  Page,
  QualityDetail,
  QualityPage,
  QualitySample,
  QualitySamplePage,
  SampleFull,
  SampleInfo,
  SampleState,
  SampleTurn,
  SaveDraft,
  ScoreSheetList,
  SearchResult,
  SessionInfo,
  Summary,
  TryContent,
  TryResult,
  WhatIf,
  WhatIfChangePage,
  WhatIfPage,
  WrapupInput,
} from "./types";

const base = "/api/v1";

/** A call that did not succeed. `code` is stable (problem+json), `network` when no answer came at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly body: Record<string, unknown> = {},
  ) {
    super(detail || code);
    this.name = "ApiError";
  }
  get offline(): boolean {
    return this.status === 0;
  }
}

let csrf = "";
let onUnauthorized: () => void = () => {};

export function setCsrf(token: string): void {
  csrf = token;
}
export function setUnauthorizedHandler(handler: () => void): void {
  onUnauthorized = handler;
}

/** What the quality pages filter by; all of them understand the same words. */
export interface QualityQuery extends Query {
  team?: string;
  rep?: string;
  rule?: string;
  process?: string;
  channel?: string;
  from?: string;
  to?: string;
  sheet?: string;
  sample?: string;
  state?: string;
  passed?: string;
  score_min?: string;
  score_max?: string;
  limit?: number;
  cursor?: string;
}

type Query = Record<string, string | number | undefined | null>;

function address(path: string, query?: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return base + path + (text ? `?${text}` : "");
}

async function problem(response: Response): Promise<ApiError> {
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = await response.json();
    if (parsed && typeof parsed === "object") body = parsed as Record<string, unknown>;
  } catch {
    // Not JSON (a proxy's page, an empty body): the status alone has to do.
  }
  const code = typeof body["code"] === "string" ? body["code"] : `http_${response.status}`;
  const detail = typeof body["detail"] === "string" ? body["detail"] : "";
  return new ApiError(response.status, code, detail, body);
}

async function request<T>(method: string, path: string, options: { query?: Query; body?: unknown; signal?: AbortSignal } = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      credentials: "same-origin",
      cache: "no-store",
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "network", "");
  }
  if (!response.ok) {
    const error = await problem(response);
    if (error.status === 401 && path !== "/session") onUnauthorized();
    throw error;
  }
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

const id = encodeURIComponent;

/** The names of rules and sheets come in the language of the page. */
const named = (query: Query = {}): Query => ({ ...query, lang: document.documentElement.lang.startsWith("en") ? "en" : "" });

export const api = {
  session: () => request<SessionInfo>("GET", "/session"),
  signIn: (username: string, password: string) => request<SessionInfo>("POST", "/session", { body: { username, password } }),
  signOut: () => request<void>("DELETE", "/session"),

  conversations: (query: { state?: "open" | "ended"; scope?: "mine" | "team"; q?: string; limit?: number; cursor?: string }) =>
    request<Page<Summary>>("GET", "/conversations", { query }),
  conversation: (conversation: string) => request<Summary>("GET", `/conversations/${id(conversation)}`),
  frames: (conversation: string, after: number) =>
    request<{ items: Frame[]; next_n: number }>("GET", `/conversations/${id(conversation)}/frames`, { query: { after } }),
  act: (conversation: string, act: { act: string; kind: "message"; text: string; card?: string }) =>
    request<Decision>("POST", `/conversations/${id(conversation)}/acts`, { body: act }),
  confirmAct: (conversation: string, act: string) => request<Decision>("POST", `/conversations/${id(conversation)}/acts/${id(act)}/confirm`, { body: {} }),
  cardAction: (conversation: string, card: string, action: { id: string; action: CardActionName; reason?: string; text?: string }) =>
    request<unknown>("POST", `/conversations/${id(conversation)}/cards/${id(card)}/actions`, { body: action }),
  flow: (conversation: string, action: { id: string; action: "switch" | "done" | "skip" | "undo"; flow?: string; step?: string; reason?: string }) =>
    request<unknown>("POST", `/conversations/${id(conversation)}/flow`, { body: action }),
  accept: (conversation: string) => request<Summary | undefined>("POST", `/conversations/${id(conversation)}/accept`, { body: {} }),
  end: (conversation: string, body: { id: string; reason?: string }) => request<Summary>("POST", `/conversations/${id(conversation)}/end`, { body }),
  wrapup: (conversation: string, body: { id: string; wrapup: WrapupInput }) =>
    request<{ changed: string[] }>("POST", `/conversations/${id(conversation)}/wrapup`, { body }),

  samples: () => request<{ items: SampleInfo[] }>("GET", "/samples"),
  sample: (sample: string) => request<SampleFull>("GET", `/samples/${id(sample)}`),
  startSample: (sample: string, body: { speed: number; turns?: SampleTurn[] }) => request<Summary>("POST", `/samples/${id(sample)}/start`, { body }),
  sampleAction: (conversation: string, body: { action: "rep_turn" | "pause" | "resume" | "speed" | "auto"; speed?: number; auto?: boolean }) =>
    request<SampleState>("POST", `/conversations/${id(conversation)}/sample`, { body }),

  search: (query: { q: string; limit?: number; day?: string; lang?: string }, signal?: AbortSignal) =>
    request<SearchResult>("GET", "/knowledge/search", signal ? { query, signal } : { query }),

  names: (kind: "flow" | "leaf", q = "", limit = 500) => request<Names>("GET", "/names", { query: { kind, q, limit } }),
  contentList: (query: { kind?: ContentKind; q?: string; cursor?: string; limit?: number }) => request<Page<ContentRow>>("GET", "/content", { query }),
  contentItem: (kind: ContentKind, item: string) => request<ContentItem>("GET", `/content/${kind}/${id(item)}`),
  contentCheck: (body: { kind: ContentKind; id: string; text: string }, signal?: AbortSignal) =>
    request<CheckResult>("POST", "/content/check", signal ? { body, signal } : { body }),
  contentPublish: (kind: ContentKind, item: string, body: { text: string; expected_version: number; comment: string }) =>
    request<ContentItem | undefined>("PUT", `/content/${kind}/${id(item)}`, { body }),
  drafts: (query: { state?: "open" | "all" }) => request<DraftPage>("GET", "/content/drafts", { query }),
  draftSave: (kind: ContentKind, item: string, body: SaveDraft) => request<Draft>("PUT", `/content/${kind}/${id(item)}/draft`, { body }),
  draftDrop: (kind: ContentKind, item: string) => request<Draft>("DELETE", `/content/${kind}/${id(item)}/draft`),
  draftStep: (kind: ContentKind, item: string, step: "submit" | "withdraw" | "approve" | "reject", body: { revision?: number; comment?: string }) =>
    request<Draft>("POST", `/content/${kind}/${id(item)}/draft/${step}`, { body }),
  bpmnAddress: (flow: string, draft: boolean) => address(`/content/flow/${id(flow)}/bpmn`, { draft: draft ? "true" : "" }),
  bpmnImport: (body: ImportBpmn) => request<ImportedBpmn>("POST", "/content/bpmn", { body }),
  whatIfs: () => request<WhatIfPage>("GET", "/content/whatif"),
  whatIf: (job: string) => request<WhatIf>("GET", `/content/whatif/${id(job)}`),
  whatIfStart: (body: NewWhatIf) => request<WhatIf>("POST", "/content/whatif", { body }),
  whatIfCancel: (job: string) => request<WhatIf>("POST", `/content/whatif/${id(job)}/cancel`, { body: {} }),
  whatIfChanges: (job: string, query: { rule?: string; team?: string; month?: string; change?: string; limit?: number; cursor?: string }) =>
    request<WhatIfChangePage>("GET", `/content/whatif/${id(job)}/changes`, { query }),
  contentReset: (kind: ContentKind, item: string) => request<unknown>("DELETE", `/content/${kind}/${id(item)}/edit`),
  contentTry: (body: TryContent) => request<TryResult>("POST", "/content/try", { body }),
  contentStatus: () => request<ContentStatus>("GET", "/content/status"),

  alerts: (query: { state?: "open" | "acknowledged"; limit?: number; cursor?: string }) => request<AlertPage>("GET", "/alerts", { query: named(query) }),
  acknowledge: (alert: string, note: string) => request<Alert>("POST", `/alerts/${id(alert)}/acknowledge`, { query: named(), body: note ? { note } : {} }),

  quality: (query: QualityQuery) => request<QualityPage>("GET", "/quality/conversations", { query: named(query) }),
  qualityCase: (conversation: string) => request<QualityDetail>("GET", `/quality/conversations/${id(conversation)}`, { query: named() }),
  qualityInspect: (conversation: string, body: NewInspection) => request<QualityDetail>("POST", `/quality/conversations/${id(conversation)}/inspect`, { query: named(), body }),
  qualityAppeal: (conversation: string, body: NewAppeal) => request<QualityDetail>("POST", `/quality/conversations/${id(conversation)}/appeal`, { query: named(), body }),
  qualityRecheck: (conversation: string, body: NewInspection) => request<QualityDetail>("POST", `/quality/conversations/${id(conversation)}/recheck`, { query: named(), body }),
  qualityDecide: (conversation: string, body: NewDecision) => request<QualityDetail>("POST", `/quality/conversations/${id(conversation)}/decide`, { query: named(), body }),
  qualitySamples: () => request<QualitySamplePage>("GET", "/quality/samples", { query: named({ limit: 50 }) }),
  qualityDraw: (body: NewQualitySample) => request<QualitySample>("POST", "/quality/samples", { query: named(), body }),
  qualityAgreement: (query: QualityQuery) => request<Agreement>("GET", "/quality/agreement", { query: named(query) }),
  qualityAdvice: (query: QualityQuery) => request<Advice>("GET", "/quality/advice", { query: named(query) }),
  attention: () => request<AttentionReport>("GET", "/console/attention"),
  qualitySheets: () => request<ScoreSheetList>("GET", "/quality/sheets", { query: named() }),

  consoleList: (query: { state?: "open" | "ended"; cursor?: string; limit?: number }) => request<Page<Summary>>("GET", "/console/conversations", { query }),
};

/** Ids made by this client: they make every write repeatable without doubling. */
export function newId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
