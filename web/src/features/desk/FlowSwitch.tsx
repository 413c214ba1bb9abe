import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { inLanguage } from "../../lib/localized";
import { usePrefs } from "../../state/prefs";

/** Any process, found by name or code; those that a topic has spoken for come first. */
export function FlowSwitch({ candidates, onPick }: { candidates: { id: string; name: string; confidence: number }[]; onPick: (flow: string) => void }) {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  // The field empties itself after each choice: where the contact is stands below.
  const [picked, setPicked] = useState(0);
  const flows = useQuery({ queryKey: ["names", "flow"], queryFn: () => api.names("flow"), staleTime: 60_000, retry: false });
  const likely = candidates.map((one) => ({ value: one.id, label: `${one.name} ${one.id} · ${t("flow.likely", { percent: one.confidence })}` }));
  const others = (flows.data?.items ?? [])
    .filter((item) => !candidates.some((one) => one.id === item.id))
    .map((item) => ({ value: item.id, label: `${inLanguage(item.title, lang)} ${item.id}` }));
  return (
    <Select<string>
      size="small"
      key={picked}
      showSearch={{ optionFilterProp: "label" }}
      placeholder={t("flow.switch")}
      aria-label={t("flow.switch")}
      loading={flows.isFetching}
      onSelect={(flow) => {
        onPick(flow);
        setPicked(picked + 1);
      }}
      options={[...likely, ...others]}
      style={{ width: "100%" }}
    />
  );
}
