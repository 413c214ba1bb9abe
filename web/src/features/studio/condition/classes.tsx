// The phrase classes of the packs: what a tag may be, offered while one types.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../../api/client";
import { inLanguage } from "../../../lib/localized";
import { usePrefs } from "../../../state/prefs";

export interface ClassInfo {
  id: string;
  title: string;
}

export const classListId = "studio-classes";

export function useClasses(): ReadonlyMap<string, ClassInfo> {
  const lang = usePrefs((prefs) => prefs.lang);
  const all = useQuery({
    queryKey: ["content", "list", "classes"],
    staleTime: 60_000,
    queryFn: async () => {
      const items = [];
      let cursor = "";
      do {
        const page = await api.contentList({ kind: "class", limit: 500, cursor });
        items.push(...page.items);
        cursor = page.next ?? "";
      } while (cursor !== "");
      return items;
    },
  });
  return useMemo(() => new Map((all.data ?? []).map((row) => [row.id, { id: row.id, title: inLanguage(row.title, lang) || row.id }])), [all.data, lang]);
}

/** Put once on a page; every tag field takes its suggestions from it. */
export function ClassList({ classes }: { classes: ReadonlyMap<string, ClassInfo> }) {
  return (
    <datalist id={classListId}>
      {[...classes.values()].map((one) => (
        <option key={one.id} value={`{${one.id}}`} label={one.title} />
      ))}
    </datalist>
  );
}
