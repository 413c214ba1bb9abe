import { Button } from "antd";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "./Empty";
import styles from "./components.module.css";

interface Props {
  children: ReactNode;
  /** A change of this (the conversation, the route) gives the part another try. */
  resetKey?: string | undefined;
}

interface State {
  error: Error | null;
}

/** Keeps a failing part from taking the page with it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override componentDidUpdate(before: Props): void {
    if (before.resetKey !== this.props.resetKey && this.state.error) this.setState({ error: null });
  }

  override render(): ReactNode {
    if (!this.state.error) return this.props.children;
    return <Crashed name={this.state.error.name} reopen={() => this.setState({ error: null })} />;
  }
}

export function Crashed({ name, reopen }: { name: string; reopen: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={styles.page} role="alert">
      <Empty
        title={t("errors.crashTitle")}
        text={`${t("errors.crashText")} (${t("common.code", { code: name })})`}
        action={
          <>
            <Button type="primary" onClick={reopen}>
              {t("errors.reopen")}
            </Button>{" "}
            <Button onClick={() => location.reload()}>{t("errors.reload")}</Button>
          </>
        }
      />
    </div>
  );
}
