// Who may come in, and where to.
import assert from "node:assert/strict";
import { Desk, SignIn, suite } from "./support/index.mjs";

const { check, world, rep, supervisor, api } = suite();

/** Signs in by hand. */
async function enter(role, path) {
  const page = await (await world.browser.person(world.server)).newPage();
  await new SignIn(page).enter(world.server.accounts[role], path);
  return page;
}

async function refusalFor(username, password) {
  const context = await world.browser.person(world.server);
  const signIn = new SignIn(await context.newPage());
  await signIn.open();
  const answered = signIn.page.waitForResponse((response) => response.url().endsWith("/api/v1/session") && response.request().method() === "POST");
  await signIn.fill(username, password);
  const answer = await answered;
  await signIn.refusal.getByText(/./).first().waitFor();
  return { signIn, status: answer.status(), body: await answer.text(), text: await signIn.refusal.getByText(/./).last().innerText() };
}

check("a rep signs in and stands at the desk", async () => {
  const desk = new Desk(await enter("rep"));
  assert.equal(new URL(desk.page.url()).pathname, "/");
  await desk.button("接听示例来电").first().waitFor();
  assert.ok((await desk.page.getByRole("banner").innerText()).includes(world.server.accounts.rep.name));
});

check("a wrong password and an unknown name get the same answer", async () => {
  const { username } = world.server.accounts.rep;
  const wrong = await refusalFor(username, "not-the-password");
  const unknown = await refusalFor("nobody-here", "not-the-password");
  assert.equal(wrong.status, 401);
  assert.equal(unknown.status, 401);
  assert.equal(wrong.body, unknown.body);
  assert.equal(wrong.text, unknown.text);
  assert.equal(wrong.text, "账号或密码不对，请再试一次。");
  // The name stays, the password goes, and the focus is where the next try begins.
  assert.equal(await wrong.signIn.username.inputValue(), username);
  assert.equal(await wrong.signIn.password.inputValue(), "");
  assert.equal(await wrong.signIn.password.evaluate((field) => field === document.activeElement), true);
});

check("empty fields are named, nothing is sent", async () => {
  const context = await world.browser.person(world.server);
  const signIn = new SignIn(await context.newPage());
  await signIn.open();
  let sent = 0;
  signIn.page.on("request", (request) => (sent += request.method() === "POST" ? 1 : 0));
  await signIn.submit.click();
  await signIn.page.getByText("请填写账号").waitFor();
  await signIn.page.getByText("请填写密码").waitFor();
  assert.equal(sent, 0);
});

check("a link is kept over the sign-in, but only within this site", async () => {
  const context = await world.browser.person(world.server);
  const page = await context.newPage();
  await page.goto("/console?sort=waiting");
  await page.waitForURL(/\/signin\?to=/);
  await new SignIn(page).fill(world.server.accounts.supervisor.username, world.server.accounts.supervisor.password);
  await page.waitForURL("**/console?sort=waiting");

  const stranger = await enter("supervisor", "/signin?to=https://example.org/");
  assert.equal(new URL(stranger.url()).pathname, "/console");
  assert.equal(new URL(stranger.url()).hostname, "127.0.0.1");
});

check("signing out ends the session in the browser and on the server", async () => {
  const desk = new Desk(await enter("rep"));
  await desk.page.getByRole("button", { name: /^账户菜单/ }).click();
  await desk.page.getByRole("menuitem", { name: "退出登录" }).click();
  await desk.page.waitForURL("**/signin");
  const answer = await desk.page.request.get("/api/v1/conversations");
  assert.equal(answer.status(), 401);
});

check("a rep has no business in console and studio, and the API says so too", async () => {
  const desk = await rep();
  for (const [path, place] of [
    ["/studio", "内容工作室"],
    ["/studio/rule/SAL-01", "内容工作室"],
    ["/console", "督导台"],
  ]) {
    await desk.page.goto(path);
    await desk.page.getByText("没有权限打开这一页").waitFor();
    await desk.page.getByText(`您的角色不能使用${place}`).waitFor();
  }
  await desk.page.getByRole("button", { name: "回到我的首页" }).click();
  await desk.button("接听示例来电").first().waitFor();

  const session = await api("rep");
  const text = "id: SAL-01";
  for (const [method, path, body] of [
    ["GET", "/console/conversations?state=open"],
    ["PUT", "/content/rule/SAL-01", { text, expected_version: 0, comment: "try" }],
    ["DELETE", "/content/rule/SAL-01/edit"],
    ["POST", "/content/try", { kind: "rule", id: "SAL-01", text, sample: "sample-01" }],
  ]) {
    const answer = await session.call(method, path, body);
    assert.equal(answer.status, 403, `${method} ${path}: ${JSON.stringify(answer.body)}`);
    assert.equal(answer.body.code, "forbidden");
  }
});

check("a supervisor reads but does not write", async () => {
  const { id } = await (await api("rep")).post("/conversations", { channel: "voice", lang: "zh", customer: { name: "测试客户" } });
  const page = (await supervisor()).page;
  await page.goto(`/console/${id}`);
  await page.getByText("只读").first().waitFor();
  assert.equal(await page.getByRole("textbox", { name: "输入要说的话" }).count(), 0);
  await page.goto("/studio");
  await page.getByText("没有权限打开这一页").waitFor();

  const session = await api("supervisor");
  assert.equal((await session.call("GET", `/conversations/${id}`)).status, 200);
  for (const [path, body] of [
    [`/conversations/${id}/acts`, { act: "a-1", kind: "message", text: "您好" }],
    [`/conversations/${id}/events`, { id: "e-1", type: "utterance", speaker: "rep", text: "您好", utterance_id: "u-1" }],
    [`/conversations/${id}/end`, { id: "x-1" }],
    [`/conversations/${id}/accept`, {}],
    ["/samples/sample-01/start", { speed: 8 }],
  ]) {
    const answer = await session.call("POST", path, body);
    assert.equal(answer.status, 403, `${path}: ${JSON.stringify(answer.body)}`);
  }
});

check("an editor comes to the studio, and has no desk", async () => {
  const page = await enter("editor");
  assert.equal(new URL(page.url()).pathname, "/studio");
  await page.goto("/");
  await page.getByText("没有权限打开这一页").waitFor();
});

check("a write without the session's token is refused", async () => {
  const desk = await rep();
  const answer = await desk.page.request.post("/api/v1/samples/sample-01/start", { data: { speed: 8 } });
  assert.equal(answer.status(), 403);
  assert.equal((await answer.json()).code, "csrf");
});
