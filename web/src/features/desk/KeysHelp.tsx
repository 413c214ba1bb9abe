import { Modal } from "antd";
import { useTranslation } from "react-i18next";
import { Kbd } from "../../components/Kbd";
import { keyHelp } from "./keymap";
import styles from "./keys.module.css";

const groups = ["general", "cards", "compose", "wrapup"] as const;

/** All keys, from the same table that the keyboard obeys. */
export function KeysHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal open={open} onCancel={onClose} footer={null} title={t("keys.title")} width={640} closable={{ "aria-label": t("common.close") }} destroyOnHidden>
      <div className={styles.groups}>
        {groups.map((group) => (
          <section key={group}>
            <h3 className={styles.group}>{t(`keys.${group}`)}</h3>
            <dl className={styles.keys}>
              {keyHelp
                .filter((one) => one.group === group)
                .map((one) => (
                  <div key={one.what} className={styles.line}>
                    <dt>{t(`keys.${one.what}`)}</dt>
                    <dd>
                      {one.keys.map((key, index) => (
                        <span key={key}>
                          {index > 0 ? " \u2013 " : ""}
                          <Kbd>{key}</Kbd>
                          <span className="sr-only">{key}</span>
                        </span>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <p className={styles.note}>{t("keys.note")}</p>
    </Modal>
  );
}
