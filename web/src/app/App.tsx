import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useEffect } from "react";
import { RouterProvider } from "react-router";
import { setLanguage } from "../i18n";
import { usePrefs } from "../state/prefs";
import { ApiError } from "../api/client";
import { router } from "./routes";
import { useTheme } from "./theme";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => error instanceof ApiError && error.offline && count < 3,
    },
  },
});

export function App() {
  const lang = usePrefs((prefs) => prefs.lang);
  const themeConfig = useTheme();
  useEffect(() => {
    setLanguage(lang);
    // What the server names, it names in one language.
    void queries.invalidateQueries();
  }, [lang]);
  return (
    <ConfigProvider locale={lang === "zh" ? zhCN : enUS} theme={themeConfig} button={{ autoInsertSpace: false }} wave={{ disabled: true }}>
      <AntApp component={false} message={{ maxCount: 3 }}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}
