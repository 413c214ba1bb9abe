import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

/** Filters that live in the address bar: a link shows the same list. Empty values leave the address. */
export function useUrlState<K extends string>(names: readonly K[]): [Record<K, string>, (change: Partial<Record<K, string>>) => void] {
  const [search, setSearch] = useSearchParams();
  const values = useMemo(() => Object.fromEntries(names.map((name) => [name, search.get(name) ?? ""])) as Record<K, string>, [names, search]);
  const set = useCallback(
    (change: Partial<Record<K, string>>) => {
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [name, value] of Object.entries<string | undefined>(change)) {
            if (value) next.set(name, value);
            else next.delete(name);
          }
          return next;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  return [values, set];
}
