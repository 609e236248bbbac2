import { describe, expect, it } from "vitest";
import { junitProblems } from "../support/junit-schema.ts";
import { readXml } from "../support/xml.ts";
import { folderWith, policy, runCli, textOf } from "./run-cli.ts";

/** Policies that let clients reach web pods at port 80, before and after the conversion, and a file of expectations. */
async function verifyWith(flows: string, ...more: readonly string[]) {
  const cwd = folderWith({ "p.yaml": policy(), "flows.yaml": flows });
  await runCli(["convert", "p.yaml", "-o", "out"], { cwd });
  const args = [
    "verify",
    "p.yaml",
    "--against",
    "out",
    "--expect",
    "flows.yaml",
    "--report",
    "j.xml",
  ];
  return { cwd, ...(await runCli([...args, ...more], { cwd })) };
}

const GOOD = `- name: clients reach web
  from: shop/role=client
  to: shop/app=web
  port: 80/TCP
  expect: allow
- { from: other/role=client, to: shop/app=web, port: 80, before: deny, after: deny }
- { from: shop/role=client, to: 203.0.113.7, port: 443/TCP, after: allow }
`;

describe.concurrent("expected flows", () => {
  it("that are as expected pass, each a case of its own", async () => {
    const { cwd, code, stderr } = await verifyWith(GOOD);
    expect(stderr).toContain("3 of 3 flows are as expected\n");
    expect(code).toBe(0);
    expect(junitProblems(textOf(cwd, "j.xml"))).toEqual([]);
    const suite = readXml(textOf(cwd, "j.xml")).children.find(
      ({ attributes }) => attributes["name"] === "expectations",
    );
    expect(suite?.attributes).toMatchObject({ tests: "3", failures: "0" });
    expect(suite?.children.map(({ attributes }) => attributes["name"])).toEqual([
      "clients reach web",
      "other/role=client -> shop/app=web, TCP 80",
      "shop/role=client -> 203.0.113.7, TCP 443",
    ]);
  });

  it("that are not end with 1, with what decides them on both sides", async () => {
    const flows = "- { from: shop/role=other, to: shop/app=web, port: 80/TCP, expect: allow }\n";
    const { cwd, code, stderr } = await verifyWith(flows, "--fail-on", "none");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^failed +flows\.yaml:1:3 {2}shop\/role=other -> shop\/app=web, TCP 80: before: denied, though allowed is expected; after: denied/m,
    );
    expect(stderr).toMatch(/^ +after: deny at the ingress end: NetworkPolicy shop\/web isolates/m);
    expect(stderr).toContain("0 of 1 flows are as expected: exit code 1");
    expect(junitProblems(textOf(cwd, "j.xml"))).toEqual([]);
    const root = readXml(textOf(cwd, "j.xml"));
    expect(root.attributes).toMatchObject({ failures: "1" });
  });

  it("that hang on what is not known are not as expected", async () => {
    const flows = "- { from: shop/role=client, to: shop/app=web, port: http/TCP, expect: allow }\n";
    const { code, stderr } = await verifyWith(flows);
    expect(code).toBe(2);
    expect(stderr).toContain("error: flows.yaml:1:3: --port http/TCP: the container ports");
  });

  it.each([
    ["", "the file holds no expectations", "Write a list of flows"],
    ["- from: a/b=c\n", "flows.yaml:1:3: `to` is missing", ""],
    ["- { from: a/b=c, to: a/b=c, port: 1 }", "nothing is expected", "Give `expect`"],
    ["- { from: a/b=c, to: a/b=c, port: 1, expect: yes }", "has to be a text", ""],
    ["- { from: a/b=c, to: a/b=c, port: 1, expect: deyn }", "has to be one of allow, deny", ""],
    ["- { from: a/b=c, to: a/b=c, port: 1, expct: deny }", "no field `expct`", "Write `expect`"],
    ["- { from: a/b=c, to: a/b=c, port: 1, expect: deny, after: deny }", "cannot stand beside", ""],
    ["- { from: 1.2.3.4, to: 1.2.3.5, port: 1, expect: deny }", "flows.yaml:1:3: neither end", ""],
    ["- { from: a/b=c, to: a/b=c, port: 99999, expect: deny }", "--port 99999", "443/TCP"],
    ["- [1]", "an object", ""],
    ["- {", "not valid YAML", ""],
  ])("in a form that is wrong: %j", async (flows, message, hint) => {
    const { code, stdout, stderr } = await verifyWith(flows);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });
});
