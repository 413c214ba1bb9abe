// One step: what it is called, what is said, what proves it, and where one goes from there.
import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input, Segmented } from "antd";
import { useId, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CheckResult } from "../../../api/types";
import { ConditionEditor, starterText } from "../condition/ConditionEditor";
import styles from "../studio.module.css";
import { conditionOf, localizedOf, textOf, withCondition, withLocalized, withPlain, withText, withoutKey, type ItemText, type Path } from "../yamlItem";
import own from "./flow.module.css";
import { endId, evidenceOf, stepOrder, stepPath, withBranch, withBranches, withEvidence, withEvidenceKind, withoutBranch, withoutEvidence, withOrder, withStepId, type Flow, type Step } from "./model";

interface StepFormProps {
  item: ItemText;
  flow: Flow;
  step: Step;
  errors: CheckResult["errors"];
  onChange: (text: string, select?: string | null) => void;
  onAdd: () => void;
  onRemove: () => void;
}

const commonSteps = ["OPEN", "IDV-L2", "IDV-L3", "IDV-L4", "ASK", "CLOSE", "WRAP", "FRAUD"];

export function StepForm({ item, flow, step, errors, onChange, onAdd, onRemove }: StepFormProps) {
  const { t } = useTranslation();
  const at = (key: string): Path => [...stepPath(step.index), key];
  const mine = errors.filter((error) => error.line >= step.lines[0] && error.line <= step.lines[1]);
  const others = flow.steps.filter((one) => one.id !== step.id);
  const last = flow.steps.length - 1;
  const move = (to: number) => onChange(withOrder(item, step.index, to));
  const text = (key: string, value: string) => onChange(withText(item, at(key), value, true, stepOrder));
  return (
    <div className={own.stepForm} data-step-form={step.id}>
      <h3 className={own.stepTitle}>
        {step.id} <span className={styles.hint}>{t("graph.lines", { from: step.lines[0], to: step.lines[1] })}</span>
      </h3>
      {mine.map((error, index) => (
        <p key={index} role="alert" className={styles.fieldError}>
          {t("studio.line", { line: error.line })} {error.message}
        </p>
      ))}
      <Row label={t("graph.field.id")}>
        {(id) => (
          <Input
            id={id}
            key={step.id}
            defaultValue={step.id}
            onBlur={(event) => {
              const next = event.target.value.trim();
              if (next && next !== step.id && /^[\w.-]+$/.test(next) && !flow.steps.some((one) => one.id === next)) onChange(withStepId(item, step.index, next), next);
            }}
          />
        )}
      </Row>
      <Row label={t("graph.field.use")}>
        {(id) => (
          <select id={id} className={own.select} value={step.use} onChange={(event) => text("use", event.target.value)}>
            <option value="">{t("graph.noCommon")}</option>
            {[...new Set([...commonSteps, ...(step.use ? [step.use] : [])])].map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        )}
      </Row>
      <Bilingual label={t("graph.field.name")} item={item} path={at("name")} onChange={onChange} />
      <Bilingual label={t("graph.field.say")} item={item} path={at("say")} onChange={onChange} />
      <Bilingual label={t("graph.field.customer_say")} item={item} path={at("customer_say")} onChange={onChange} />
      <Row label={t("graph.field.marks")}>
        {() => (
          <div className={own.marks}>
            {(["must", "gate", "optional"] as const).map((key) => (
              <label key={key} className={styles.flag}>
                <input type="checkbox" checked={step[key]} onChange={(event) => onChange(event.target.checked ? withPlain(item, at(key), true, stepOrder) : withoutKey(item, at(key)))} data-mark={key} /> {t(`graph.mark.${key}`)}
              </label>
            ))}
          </div>
        )}
      </Row>
      <Row label={t("graph.field.done")}>{(id) => <EvidenceForm id={id} item={item} step={step} onChange={onChange} />}</Row>
      <Row label={t("graph.field.if")}>
        {(id) => <ConditionEditor id={id} label={t("graph.field.if")} text={step.condition} onChange={(value) => onChange(withCondition(item, at("if"), value, true, stepOrder))} />}
      </Row>
      <Row label={t("graph.field.next")}>
        {() => (
          <>
            {step.next.length === 0 ? <span className={styles.hint}>{t("graph.nextInList", { id: flow.steps[step.index + 1]?.id ?? t("graph.end") })}</span> : null}
            {step.next.map((branch, index) => (
              <div key={index} className={own.branch} data-branch={index}>
                <span className={own.branchHead}>
                  {t("graph.goTo")}
                  <select className={own.select} aria-label={`${t("graph.goTo")} ${index + 1}`} value={branch.to} onChange={(event) => onChange(withBranch(item, step.index, index, { to: event.target.value }))}>
                    {others.map((one) => (
                      <option key={one.id} value={one.id}>
                        {one.id} {one.name.zh}
                      </option>
                    ))}
                    <option value={endId}>{t("graph.end")}</option>
                  </select>
                  <Button type="text" size="small" icon={<DeleteOutlined aria-hidden="true" />} aria-label={t("graph.dropBranch")} onClick={() => onChange(withoutBranch(item, step.index, index))} />
                </span>
                {branch.condition === "" ? (
                  <span className={styles.hint}>{t("graph.otherwise")}</span>
                ) : (
                  <ConditionEditor id={`next-${index}`} label={t("graph.when")} text={branch.condition} onChange={(value) => onChange(withBranch(item, step.index, index, { condition: value }))} />
                )}
              </div>
            ))}
            <Button
              size="small"
              type="text"
              className={styles.moreButton}
              icon={<PlusOutlined aria-hidden="true" />}
              onClick={() => {
                const rest = step.next.length > 0 ? step.next : [{ to: flow.steps[step.index + 1]?.id ?? endId, condition: "" }];
                onChange(withBranches(item, step.index, [{ to: endId, condition: starterText("says", t("cond.example")) }, ...rest]));
              }}
            >
              {t("graph.addBranch")}
            </Button>
          </>
        )}
      </Row>
      <Row label={t("graph.field.owed")}>
        {(id) => (
          <select id={id} className={own.select} value={step.owedAfter} onChange={(event) => text("owed", event.target.value ? `after ${event.target.value}` : "")}>
            <option value="">{t("graph.owedDefault")}</option>
            {others.map((one) => (
              <option key={one.id} value={one.id}>
                {one.id} {one.name.zh}
              </option>
            ))}
          </select>
        )}
      </Row>
      {(["rule", "call", "together"] as const).map((key) => (
        <Row key={key} label={t(`graph.field.${key}`)}>
          {(id) => <Input id={id} value={textOf(item, at(key))} placeholder={t(`graph.hint.${key}`)} onChange={(event) => text(key, event.target.value.trim())} />}
        </Row>
      ))}
      <div className={own.tools}>
        <Button size="small" icon={<PlusOutlined aria-hidden="true" />} onClick={onAdd}>
          {t("graph.addAfter")}
        </Button>
        <Button size="small" icon={<ArrowUpOutlined aria-hidden="true" />} disabled={step.index === 0} onClick={() => move(step.index - 1)}>
          {t("graph.up")}
        </Button>
        <Button size="small" icon={<ArrowDownOutlined aria-hidden="true" />} disabled={step.index === last} onClick={() => move(step.index + 1)}>
          {t("graph.down")}
        </Button>
        <Button size="small" icon={<DeleteOutlined aria-hidden="true" />} disabled={flow.steps.length < 2} onClick={onRemove} data-remove-step="">
          {t("graph.remove")}
        </Button>
      </div>
    </div>
  );
}

function Row({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className={styles.formField}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.formControl}>{children(id)}</div>
    </div>
  );
}

export function Bilingual({ label, item, path, onChange, order = stepOrder }: { label: string; item: ItemText; path: Path; onChange: (text: string) => void; order?: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <Row label={label}>
      {(id) =>
        (["zh", "en"] as const).map((lang) => (
          <div key={lang} className={styles.localized}>
            <span aria-hidden="true">{lang === "zh" ? "ZH" : "EN"}</span>
            <Input.TextArea
              id={lang === "zh" ? id : `${id}-en`}
              aria-label={lang === "en" ? `${label} ${t("studio.field.en")}` : label}
              autoSize={{ minRows: 1, maxRows: 5 }}
              value={localizedOf(item, path, lang)}
              onChange={(event) => {
                const value = event.target.value.replaceAll("\n", " ");
                const empty = value === "" && lang === "zh" && localizedOf(item, path, "en") === "";
                onChange(empty ? withText(item, path, "", true) : withLocalized(item, path, lang, value, order));
              }}
            />
          </div>
        ))
      }
    </Row>
  );
}

function EvidenceForm({ id, item, step, onChange }: { id: string; item: ItemText; step: Step; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  const evidence = evidenceOf(item, step.index);
  const many = evidence.alternatives.flat().length > 1;
  const example = starterText("says", t("cond.example"));
  return (
    <>
      {evidence.shape === "none" ? <span className={styles.hint}>{step.use ? t("graph.fromCommon") : step.call ? t("graph.calls", { code: step.call }) : t("graph.noEvidence")}</span> : null}
      {many && evidence.shape !== "deep" ? (
        <Segmented
          size="small"
          value={evidence.shape}
          onChange={(value) => onChange(withEvidenceKind(item, step.index, value === "all" ? "all" : "any"))}
          options={[
            { value: "any", label: t("graph.any") },
            { value: "all", label: t("graph.all") },
          ]}
        />
      ) : null}
      {evidence.alternatives.map((parts, index) => (
        <div key={index} className={parts.length > 1 && evidence.shape === "deep" ? own.branch : undefined}>
          {evidence.shape === "deep" && parts.length > 1 ? <span className={styles.hint}>{t("graph.all")}</span> : null}
          {parts.map((part, at) => (
            <div key={at} className={own.part}>
              {part.field === null ? (
                <ConditionEditor id={`${id}-${index}-${at}`} label={`${t("graph.field.done")} ${index + at + 1}`} text={part.condition} onChange={(value) => onChange(withCondition(item, part.path, value))} />
              ) : (
                <span>
                  {t("graph.captured")} <code>{part.field}</code>
                </span>
              )}
              {many ? <Button type="text" size="small" icon={<DeleteOutlined aria-hidden="true" />} aria-label={t("graph.dropEvidence")} onClick={() => onChange(withoutEvidence(item, part))} /> : null}
            </div>
          ))}
        </div>
      ))}
      <span className={own.marks}>
        {evidence.shape === "all" ? null : (
          <Button size="small" type="text" className={styles.moreButton} icon={<PlusOutlined aria-hidden="true" />} onClick={() => onChange(withEvidence(item, step.index, "any", example))}>
            {evidence.shape === "none" ? t("graph.ownEvidence") : t("graph.addAny")}
          </Button>
        )}
        {evidence.shape === "one" || evidence.shape === "all" ? (
          <Button size="small" type="text" className={styles.moreButton} icon={<PlusOutlined aria-hidden="true" />} onClick={() => onChange(withEvidence(item, step.index, "all", example))}>
            {t("graph.addAll")}
          </Button>
        ) : null}
      </span>
    </>
  );
}

/** The flow itself, while no step is chosen. */
export function FlowForm({ item, onChange }: { item: ItemText; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  return (
    <div className={own.stepForm}>
      <h3 className={own.stepTitle}>{t("graph.whole")}</h3>
      <p className={styles.hint}>{t("graph.help")}</p>
      <Bilingual label={t("graph.field.name")} item={item} path={["name"]} onChange={onChange} order={[]} />
      <Row label={t("graph.field.start")}>{(id) => <ConditionEditor id={id} label={t("graph.field.start")} text={conditionOf(item, ["start"])} onChange={(value) => onChange(withCondition(item, ["start"], value, true))} />}</Row>
      <Row label={t("graph.field.level")}>{(id) => <Input id={id} value={textOf(item, ["level"])} onChange={(event) => /^[0-4]$/.test(event.target.value) && onChange(withPlain(item, ["level"], Number(event.target.value)))} />}</Row>
      <Row label={t("graph.field.leaf")}>{(id) => <Input id={id} value={textOf(item, ["leaf"])} onChange={(event) => onChange(withText(item, ["leaf"], event.target.value.trim(), true))} />}</Row>
    </div>
  );
}
