import { App, ConfigProvider } from "antd";
import type { ReactNode } from "react";

/** What surrounds every part of the page: the same settings as in the real one. */
export function TestFrame({ children }: { children: ReactNode }) {
  return (
    <ConfigProvider button={{ autoInsertSpace: false }} wave={{ disabled: true }} theme={{ token: { motion: false } }}>
      <App component={false}>{children}</App>
    </ConfigProvider>
  );
}
