import { until } from "../browser.mjs";

export class SignIn {
  constructor(page) {
    this.page = page;
    this.username = page.getByLabel(/^(账号|Username)$/);
    this.password = page.getByRole("textbox", { name: /^(密码|Password)$/ });
    this.submit = page.getByRole("button", { name: /^(登录|Sign in)$/ });
    this.refusal = page.getByRole("alert");
  }

  async open(path = "/signin") {
    await this.page.goto(path);
    await this.username.waitFor();
  }

  async fill(username, password) {
    await this.username.fill(username);
    await this.password.fill(password);
    await this.submit.click();
  }

  async enter({ username, password }, path = "/signin") {
    await this.open(path);
    await this.fill(username, password);
    await until(() => !new URL(this.page.url()).pathname.startsWith("/signin"), () => `a page behind the sign-in, not ${this.page.url()}`);
  }
}
