import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { inLanguage } from "../../lib/localized";
import { usePrefs } from "../../state/prefs";

/** Business types beyond the proposals, found by name or code. */
export function TypeSearch({ onPick }: { onPick: (code: string, name: string) => void }) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  // The field empties itself after each choice: what was chosen stands in the list above.
  const [picked, setPicked] = useState(0);
  const lang = usePrefs((prefs) => prefs.lang);
  const asked = useDeferredValue(query.trim());
  const found = useQuery({
    queryKey: ["leaves", asked],
    queryFn: () => api.names("leaf", asked, 20),
    enabled: asked !== "",
    retry: false,
  });
  const items = asked === "" ? [] : (found.data?.items ?? []);
  return (
    <Select<string>
      size="small"
      key={picked}
      showSearch={{ filterOption: false, onSearch: setQuery, searchValue: query }}
      placeholder={t("wrapup.searchType")}
      aria-label={t("wrapup.searchType")}
      loading={found.isFetching}
      notFoundContent={asked === "" || found.isFetching ? null : t("search.nothing", { query: asked })}
      onSelect={(code) => {
        onPick(code, inLanguage(items.find((item) => item.id === code)?.title ?? code, lang));
        setQuery("");
        setPicked(picked + 1);
      }}
      options={items.map((item) => ({ value: item.id, label: `${inLanguage(item.title, lang)} ${item.id}` }))}
      style={{ width: 168 }}
    />
  );
}
