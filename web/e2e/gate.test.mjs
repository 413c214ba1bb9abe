// The gate while one types and when one sends: what must not be said does not leave the house.
import assert from "node:assert/strict";
import { suite, until } from "./support/index.mjs";

const { check, rep, api } = suite();

const promise = "这款理财保本保收益，放心买";

/** A chat of the rep's with a customer of the lowest risk class. */
async function chatWith(session, id, customer) {
  await session.post("/conversations", { id, channel: "app", lang: "zh", customer });
  return id;
}

check("a blocked sentence is underlined, named and replaced before it is sent", async () => {
  const desk = await rep();
  const session = await api("rep");
  const id = await chatWith(session, "gate-type", { id: "gate-c1", name: "林先生", risk: "C1", risk_valid_to: "2027-12-31" });
  await desk.open(id);
  await desk.composer.fill(promise);
  const box = desk.page.locator("[data-composer] [data-decision=blocked]");
  await box.waitFor();
  await box.getByText("不能发送").waitFor();
  assert.ok((await box.locator("[data-finding]").count()) > 0);
  const send = desk.page.locator("[data-composer]").getByRole("button", { name: /^发送/ });
  assert.equal(await send.isDisabled(), true);
  await desk.composer.press("Control+Enter");
  await desk.composer.press("Tab");
  await desk.page.locator("[data-composer] [data-decision=allowed]").waitFor();
  const lawful = await desk.composer.inputValue();
  assert.notEqual(lawful, promise);
  await send.click();
  await desk.turn(lawful.split("\n")[0]).waitFor();
  const said = (await session.said(id)).map(([, text]) => text);
  assert.ok(!said.includes(promise), "the promise was said");
  assert.ok(said.includes(lawful));
});

check("what is sent before the check answers is refused by the server, with its reason", async () => {
  const desk = await rep();
  const session = await api("rep");
  const id = await chatWith(session, "gate-send", { id: "gate-c2", name: "周女士", risk: "C1", risk_valid_to: "2027-12-31" });
  await desk.open(id);
  await desk.composer.fill(promise);
  await desk.composer.press("Control+Enter");
  const refused = desk.page.locator("[data-refused]");
  await refused.waitFor();
  await refused.getByText("不能发送").waitFor();
  const events = await session.events(id);
  const decided = events.filter((event) => event.type === "act.decided");
  assert.equal(decided.length, 1);
  assert.equal(decided[0].allowed, false);
  assert.ok(decided[0].rules.length > 0);
  assert.equal(events.filter((event) => event.type === "act.done").length, 0);
  for (const rule of decided[0].rules) await refused.getByText(rule).first().waitFor();
  // Its words go back into the writer's hands, lawfully put.
  await refused.locator("[data-adopt]").first().click();
  await refused.waitFor({ state: "hidden" });
  await until(async () => (await desk.composer.inputValue()) !== "", "the lawful wording");
  assert.notEqual(await desk.composer.inputValue(), promise);
});
