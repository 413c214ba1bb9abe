import { useSyncExternalStore } from "react";

// One clock for the whole page: every waiting time ticks together, and only while somebody looks.
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of listeners) one();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time, once a second. With `running` false the clock stands still and nothing renders again. */
export function useNow(running = true): number {
  return useSyncExternalStore(running ? subscribe : noSubscription, () => now);
}

function noSubscription(): () => void {
  return () => {};
}
