// Who is signed in. `unknown` until the server has been asked once.
import { create } from "zustand";
import { api, ApiError, setCsrf, setUnauthorizedHandler } from "../api/client";
import type { Role, SessionInfo, User } from "../api/types";
import { live } from "./live";
import { outbox } from "./outbox";

interface SessionState {
  phase: "unknown" | "out" | "in" | "unreachable";
  user: User | null;
  /** True when a session ended under the user's hands: the sign-in page then says so. */
  expired: boolean;
}

export const useSession = create<SessionState>(() => ({ phase: "unknown", user: null, expired: false }));

function enter(info: SessionInfo): void {
  setCsrf(info.csrf);
  useSession.setState({ phase: "in", user: info.user, expired: false });
  live.start();
  outbox.pump();
}

function leave(expired: boolean): void {
  setCsrf("");
  live.stop();
  useSession.setState({ phase: "out", user: null, expired });
}

setUnauthorizedHandler(() => {
  if (useSession.getState().phase === "in") leave(true);
});

export const session = {
  async load(): Promise<void> {
    try {
      enter(await api.session());
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) leave(false);
      else useSession.setState({ phase: "unreachable", user: null });
    }
  },
  async signIn(username: string, password: string): Promise<void> {
    enter(await api.signIn(username, password));
  },
  async signOut(): Promise<void> {
    try {
      await api.signOut();
    } finally {
      leave(false);
    }
  },
};

/** What to draw, never what to allow: every path is checked again by the server. */
export function hasRole(user: User | null, ...roles: Role[]): boolean {
  return user !== null && roles.some((role) => user.roles.includes(role));
}

export function homeOf(user: User): string {
  if (hasRole(user, "rep")) return "/";
  if (hasRole(user, "supervisor", "auditor")) return "/console";
  if (hasRole(user, "inspector")) return "/quality";
  if (hasRole(user, "editor", "approver")) return "/studio";
  return "/console";
}
