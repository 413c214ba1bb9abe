import { TranslationOutlined } from "@ant-design/icons";
import { Alert, Button, Form, Input, type InputRef } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useSearchParams } from "react-router";
import { ApiError } from "../../api/client";
import { Logo } from "../../app/Logo";
import { setPrefs, usePrefs } from "../../state/prefs";
import { homeOf, session, useSession } from "../../state/session";
import styles from "./signin.module.css";

type Failure = "wrong" | "tooMany" | "offline" | { code: string };

function failureOf(error: unknown): Failure {
  if (!(error instanceof ApiError)) return { code: "unknown" };
  if (error.offline) return "offline";
  if (error.status === 401) return "wrong";
  if (error.status === 429) return "tooMany";
  return { code: error.code };
}

/** Only addresses of this site: a link must not be able to send a person elsewhere after signing in. */
function safeTarget(to: string | null): string | null {
  return to && to.startsWith("/") && !to.startsWith("//") && !to.startsWith("/\\") ? to : null;
}

export function SignInPage() {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  const { phase, user, expired } = useSession();
  const [search] = useSearchParams();
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const [form] = Form.useForm<{ username: string; password: string }>();
  const password = useRef<InputRef>(null);

  useEffect(() => {
    document.title = `${t("signin.title")} · ${t("brand")}`;
  }, [t]);

  if (phase === "in" && user) return <Navigate to={safeTarget(search.get("to")) ?? homeOf(user)} replace />;

  const submit = async ({ username, password: secret }: { username: string; password: string }) => {
    setBusy(true);
    setFailure(null);
    try {
      await session.signIn(username.trim(), secret);
    } catch (error) {
      setFailure(failureOf(error));
      if (error instanceof ApiError && error.status === 401) form.setFieldValue("password", "");
      password.current?.focus();
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className={styles.page}>
      <div className={styles.lang}>
        <Button
          type="text"
          icon={<TranslationOutlined aria-hidden="true" />}
          aria-label={`${t("shell.language")}: ${lang === "zh" ? "English" : "\u4e2d\u6587"}`}
          onClick={() => setPrefs({ lang: lang === "zh" ? "en" : "zh" })}
        >
          <span lang={lang === "zh" ? "en" : "zh-CN"}>{lang === "zh" ? "English" : "\u4e2d\u6587"}</span>
        </Button>
      </div>
      <main className={styles.box}>
        <div className={styles.brand}>
          <Logo size={36} />
          <h1>{t("brand")}</h1>
        </div>
        <p className={styles.intro}>{t("signin.intro")}</p>
        <div className={styles.alert}>
          {failure ? <Alert type="error" showIcon title={failureText(failure, t)} /> : null}
          {!failure && expired ? <Alert type="info" showIcon title={t("signin.expired")} /> : null}
        </div>
        <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => void submit(values)} size="large" name="signin">
          <Form.Item name="username" label={t("signin.username")} rules={[{ required: true, whitespace: true, message: t("signin.needUsername") }]}>
            <Input autoFocus autoComplete="username" maxLength={64} spellCheck={false} autoCapitalize="none" />
          </Form.Item>
          <Form.Item name="password" label={t("signin.password")} rules={[{ required: true, message: t("signin.needPassword") }]}>
            <PasswordInput inputRef={password} />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={busy}>
            {t("signin.submit")}
          </Button>
        </Form>
        <p className={styles.hint}>{t("signin.hint")}</p>
      </main>
    </div>
  );
}

function failureText(failure: Failure, t: ReturnType<typeof useTranslation>["t"]): string {
  if (failure === "wrong") return t("signin.wrong");
  if (failure === "tooMany") return t("signin.tooMany");
  if (failure === "offline") return t("signin.offline");
  return t("signin.failed", { code: failure.code });
}

interface PasswordProps {
  id?: string;
  value?: string;
  onChange?: (event: React.ChangeEvent<HTMLInputElement>) => void;
  inputRef: React.Ref<InputRef>;
}

/** A password field whose show and hide is a button of its own, in words, so that keyboard and screen reader find it. */
function PasswordInput({ inputRef, ...field }: PasswordProps) {
  const { t } = useTranslation();
  const [visible, setVisible] = useState(false);
  return (
    <Input
      {...field}
      ref={inputRef}
      type={visible ? "text" : "password"}
      autoComplete="current-password"
      maxLength={256}
      suffix={
        <button type="button" className={styles.show} aria-pressed={visible} onClick={() => setVisible(!visible)}>
          {visible ? t("signin.hide") : t("signin.show")}
        </button>
      }
    />
  );
}
