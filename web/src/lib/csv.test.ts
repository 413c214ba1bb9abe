import { describe, expect, it } from "vitest";
import { csvText, maskedName } from "./csv";

describe("csv", () => {
  it("quotes what would break a row", () => {
    expect(csvText([["甲", 'say "x"', "a,b", "two\nlines", 3]])).toBe('甲,"say ""x""","a,b","two\nlines",3\r\n');
  });

  it("lets no cell be a formula, and leaves numbers alone", () => {
    expect(csvText([["=1+1", "+86", "@x", -5]])).toBe("'=1+1,'+86,'@x,-5\r\n");
  });

  it("keeps names to their first letter", () => {
    expect(maskedName("陈玉珍")).toBe("陈**");
    expect(maskedName("")).toBe("");
  });
});
