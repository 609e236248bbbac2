import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runConvert } from "../../../src/pipeline.ts";
import { htmlText } from "../../../src/report/html/page.ts";
import type { RunReport } from "../../../src/report/report.ts";
import { folderWith, policy, SERVICE_ACCOUNT_RULE } from "../../cli/run-cli.ts";
import { findChromium, launchChromium, openPage } from "../../support/chromium.ts";
import type { WatchedPage } from "../../support/chromium.ts";
import { someOf } from "../../support/effort.ts";
import { TESTDATA } from "../../support/golden.ts";
import { HOSTILE, hostileReport } from "../../support/hostile-report.ts";
import { convertInput } from "../../support/run-convert.ts";
import type { CaseInput } from "../../support/run-convert.ts";

const chromium = findChromium();
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const POD = (namespace: string, name: string, labels: string, address: string): string => `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ${namespace}, labels: { ${labels} } }
spec: { nodeName: n1, containers: [{ name: c }] }
status: { phase: Running, podIP: ${address} }
`;
const PODS = [
  POD("star", "frontend", "role: frontend", "10.244.1.10"),
  POD("star", "backend", "role: backend", "10.244.1.11"),
  POD("star-client", "client", "role: client", "10.244.1.12"),
  POD("dmz", "web", "app: web", "10.244.2.1"),
  POD("trusted", "api", "app: api, tier: blue", "10.244.3.1"),
  POD("kube-system", "dns", "k8s-app: kube-dns", "10.244.0.3"),
].join("");

const DEMO: CaseInput = {
  files: readdirSync(join(TESTDATA, "demo")).map((name) => ({
    name,
    text: readFileSync(join(TESTDATA, "demo", name), "utf8"),
  })),
  inventory: [{ name: "pods.yaml", text: PODS }],
  options: {},
};

/** Policies in twenty namespaces, with a finding in every seventh. */
const many = (count: number): string =>
  Array.from({ length: count }, (_, at) =>
    policy(
      `allow-${String(at)}`,
      `ns-${String(at % 20)}`,
      at % 7 === 0 ? SERVICE_ACCOUNT_RULE : "",
    ),
  ).join("---\n");

function reportOf(input: CaseInput, verify = true): RunReport {
  const whole = convertInput(input);
  return runConvert({
    ...whole,
    options: { ...whole.options, verify },
    reportTexts: true,
    reportReachability: true,
  }).report;
}

const visibleCount = (page: Page, selector: string): Promise<number> =>
  page.locator(`${selector}:visible`).count();

describe.skipIf(chromium === undefined)(
  "the page in Chromium (skipped where no Chromium is found on the PATH or by CHROMIUM)",
  () => {
    let browser: Browser;
    let report: RunReport;
    let path: string;

    beforeAll(async () => {
      browser = await launchChromium(chromium ?? "");
      report = reportOf(DEMO);
      path = join(folderWith({ "report.html": htmlText(report) }), "report.html");
    });
    afterAll(async () => {
      await browser.close();
    });

    const open = (options: Parameters<typeof openPage>[2] = {}): Promise<WatchedPage> =>
      openPage(browser, path, options);

    it("asks the network for nothing and has nothing to complain of", async () => {
      const { page, complaints, requests } = await open();
      await page.locator(".policy summary").first().click();
      await page.locator(".matrix .cell.lost").first().click();
      expect(requests).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    });

    it("filters by text, namespace, outcome and code, all at once, and says how many are left", async () => {
      const { page } = await open();
      const shown = page.locator("#f-shown");
      const all = report.policies.length;
      const left = async (expected: number): Promise<void> => {
        await expect
          .poll(() => shown.textContent())
          .toBe(`${String(expected)} of ${String(all)} policies`);
        await expect.poll(() => visibleCount(page, ".policy")).toBe(expected);
      };
      await left(all);
      await page.locator('.chip[data-o="narrowed"]').click();
      await left(report.summary.policies.narrowed);
      await page.locator('.chip[data-o="conditional"]').click();
      await left(report.summary.policies.narrowed + report.summary.policies.conditional);
      await page.locator("#f-namespace").selectOption("trusted");
      const trusted = report.policies.filter(
        ({ outcome, source, emitted }) =>
          (outcome === "narrowed" || outcome === "conditional") &&
          (source.namespace === "trusted" ||
            emitted.some(({ namespace }) => namespace === "trusted")),
      );
      await left(trusted.length);
      await page.locator("#f-code").selectOption("CMP-R003");
      await left(1);
      expect(await visibleCount(page, ".group")).toBe(1);
      await page.locator("#f-text").fill("NoSuchPolicy");
      await left(0);
      await expect.poll(() => visibleCount(page, ".no-match")).toBe(2);
      await page.getByRole("button", { name: "Clear" }).click();
      await left(all);
      await page.locator("#f-text").fill("api networkpolicy");
      await left(1);
      await page.context().close();
    });

    it("shows of the matrix what has to do with the namespace that is asked for", async () => {
      const { page } = await open();
      const groups = report.reachability?.groups ?? [];
      const cells = report.reachability?.cells ?? [];
      const isIn = (at: number, namespace: string): boolean => {
        const group = groups[at];
        return group?.kind !== "addresses" && group?.namespace === namespace;
      };
      const ofIt = (namespace: string): typeof cells =>
        cells.filter(({ from, to }) => isIn(from, namespace) || isIn(to, namespace));
      const wanted = ofIt("dmz");
      const changed = wanted.filter(({ lost, gained }) => lost !== null || gained !== null);
      expect(changed.length).toBeGreaterThan(0);
      expect(wanted.length).toBeLessThan(cells.length);
      const whole = await page.locator("#reach-count").textContent();
      await page.locator("#f-namespace").selectOption("dmz");
      await expect
        .poll(() => page.locator("#reach-count").textContent())
        .toBe(
          `${String(changed.length)} of ${String(wanted.length)} pairs with dmz ${changed.length === 1 ? "changes" : "change"}.`,
        );
      // Each pair with traffic is there, and none of two other namespaces.
      const seen = await page.evaluate<readonly number[]>(
        `[...document.querySelectorAll(".matrix button.cell")].filter((one) => one.offsetParent).map((one) => Number(one.dataset.i))`,
      );
      const passing = cells.flatMap((cell, at) =>
        wanted.includes(cell) && (cell.before.level !== "none" || cell.after.level !== "none")
          ? [at]
          : [],
      );
      expect(passing.length).toBeGreaterThan(0);
      expect(seen).toEqual(expect.arrayContaining(passing));
      for (const at of seen) expect(wanted).toContain(cells[at]);
      const ends = new Set(passing.flatMap((at) => [cells[at]?.from ?? -1, cells[at]?.to ?? -1]));
      groups.forEach((_, at) => {
        if (isIn(at, "dmz")) ends.add(at);
      });
      expect(await visibleCount(page, ".matrix tbody tr")).toBe(ends.size);
      expect(await page.locator('.matrix button[tabindex="0"]:visible').count()).toBe(1);
      await page.locator(".words summary").click();
      expect(await visibleCount(page, ".words li")).toBe(changed.length);
      await page.getByRole("button", { name: "Clear" }).click();
      await expect.poll(() => page.locator("#reach-count").textContent()).toBe(whole);
      expect(await visibleCount(page, ".matrix tbody tr")).toBe(groups.length);
      await page.context().close();
    });

    it("makes what a policy says when it is opened, with a name for each line's link", async () => {
      const { page } = await open();
      expect(await page.locator(".policy .body").count()).toBe(0);
      const web = report.policies.findIndex(({ source }) => source.name === "web");
      const first = page.locator(`#p${String(web)}`);
      await first.locator("summary").click();
      expect(await page.locator(".policy .body").count()).toBe(1);
      expect(await first.locator(".text .tag").first().getAttribute("title")).toMatch(
        /^rule 1 spec\.\w+\[0\] \w+ /,
      );
      await page.context().close();
    });

    it("can be used from the keyboard alone", async () => {
      const { page } = await open();
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.textContent")).toBe(
        "Skip to the policies",
      );
      const first = page.locator(".policy").first();
      await first.locator("summary").focus();
      await page.keyboard.press("Enter");
      expect(await first.getAttribute("open")).not.toBeNull();

      // One stop for the whole matrix; arrows go from cell to cell.
      expect(await page.locator('.matrix button[tabindex="0"]').count()).toBe(1);
      await page.locator('.matrix button[tabindex="0"]').focus();
      const name = (): Promise<string | null> =>
        page.evaluate<string | null>('document.activeElement.getAttribute("aria-label")');
      const start = await name();
      await page.keyboard.press("ArrowRight");
      const right = await name();
      expect(right).not.toBe(start);
      await page.keyboard.press("ArrowDown");
      expect(await name()).not.toBe(right);
      await page.keyboard.press("ArrowUp");
      expect(await name()).toBe(right);
      await page.keyboard.press("End");
      await page.keyboard.press("Home");
      await page.keyboard.press("Enter");
      expect(await page.locator("#reach-detail h3").textContent()).toContain("→");
      expect(await page.locator('.matrix button[tabindex="0"]').count()).toBe(1);
      await page.context().close();
    });

    it("opens what a link leads to, even if it was filtered out", async () => {
      const { page } = await open();
      await page.locator('.chip[data-o="exact"]').click();
      await expect.poll(() => visibleCount(page, ".policy")).toBe(report.summary.policies.exact);
      const narrowed = report.policies.findIndex(({ source }) => source.name === "web");
      await page.evaluate(`location.hash = "#p${String(narrowed)}r3s"`);
      await expect.poll(() => visibleCount(page, `#p${String(narrowed)}r3s`)).toBe(1);
      expect(await page.locator(`#p${String(narrowed)}r3s`).textContent()).toContain(
        "- action: Allow",
      );
      await page.context().close();
    });

    it("lights up the lines of a rule on both sides", async () => {
      const { page } = await open();
      const web = `#p${String(report.policies.findIndex(({ source }) => source.name === "web"))}`;
      await page.locator(`${web} > summary`).click();
      await page.locator(`${web}r1 .tag`).focus();
      const lit = await page.evaluate(
        `[...document.querySelectorAll("${web} .lit")].map(({ id }) => id)`,
      );
      expect(lit).toEqual([
        `${web.slice(1)}r1`,
        `${web.slice(1)}r1s`,
        `${web.slice(1)}o0-spec-ingress-0`,
      ]);
      await page.context().close();
    });

    it("marks the pairs that change, and tells which rules decide them before and after", async () => {
      const { page } = await open();
      const changed =
        report.reachability?.cells.filter(({ lost, gained }) => lost !== null || gained !== null) ??
        [];
      expect(changed.length).toBeGreaterThan(0);
      expect(await page.locator(".matrix .cell.lost, .matrix .cell.gained").count()).toBe(
        changed.length,
      );
      await page
        .getByRole("button", { name: /^dmz\/app=web to kube-system\/k8s-app=kube-dns/ })
        .click();
      const detail = page.locator("#reach-detail");
      expect(await detail.textContent()).toContain("No moreTCP 443");
      expect(await detail.locator(".changed").first().textContent()).toMatch(
        /^TCP 443allow NetworkPolicy dmz\/web egress\[1\] \(zones\.yaml:80\)deny NetworkPolicy dmz\/zones-closed isolates the pod/,
      );
      await detail.locator(".changed a").first().click();
      expect(await page.locator(".policy[open] .name").first().textContent()).toContain("dmz/web");
      await page.getByRole("button", { name: "Only what changes" }).click();
      expect(await visibleCount(page, ".matrix tbody tr")).toBeLessThan(
        report.reachability?.groups.length ?? 0,
      );
      await page.context().close();
    });

    it.each(["light", "dark"] as const)(
      "has no fault that axe knows of, %s",
      async (colorScheme) => {
        const { page } = await open({ colorScheme });
        await page.locator("#open-all").click();
        await page.locator(".matrix .cell.lost").first().click();
        await page.mouse.move(0, 0);
        await page.evaluate(AXE);
        const violations = await page.evaluate(async () => {
          interface Found {
            readonly violations: readonly {
              readonly id: string;
              readonly impact: string;
              readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
            }[];
          }
          const { axe } = globalThis as unknown as { axe: { run: () => Promise<Found> } };
          const found = await axe.run();
          return found.violations.map(
            ({ id, impact, nodes }) =>
              `${impact} ${id}: ${nodes
                .map(({ html, failureSummary }) => `${html.slice(0, 120)} ${failureSummary}`)
                .slice(0, 3)
                .join(" | ")}`,
          );
        });
        expect(violations).toEqual([]);
        await page.context().close();
      },
    );

    it("fits a narrow screen without scrolling sideways", async () => {
      const { page } = await open({ viewport: { width: 360, height: 700 } });
      await page.locator("#open-all").click();
      const widths = await page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, innerWidth]",
      );
      expect(widths[0]).toBeLessThanOrEqual(widths[1]);
      await page.context().close();
    });

    it("opens on paper what is not exact, and closes it again", async () => {
      const { page } = await open();
      await page.evaluate('void dispatchEvent(new Event("beforeprint"))');
      expect(await page.locator(".policy[open]").count()).toBe(report.summary.policies.narrowed);
      await page.emulateMedia({ media: "print" });
      expect(await visibleCount(page, ".filter")).toBe(0);
      await page.evaluate('void dispatchEvent(new Event("afterprint"))');
      expect(await page.locator(".policy[open]").count()).toBe(0);
      expect((await page.pdf()).length).toBeGreaterThan(20_000);
      await page.context().close();
    });

    it("shows everything without its script, but for the filter", async () => {
      const { page } = await open({ javaScriptEnabled: false });
      expect(await visibleCount(page, ".filter")).toBe(0);
      expect(await visibleCount(page, ".policy")).toBe(report.policies.length);
      await page.locator(".policy summary").first().click();
      expect(await visibleCount(page, ".policy .text")).toBeGreaterThan(1);
      expect(await page.locator(".group li").count()).toBe(report.diagnostics.length);
      await page.context().close();
    });

    it("lets no text of the input act, wherever it stands", async () => {
      const hostile = htmlText(hostileReport(report));
      expect(hostile.split("onerror=").length).toBeGreaterThan(100);
      const file = join(folderWith({ "report.html": hostile }), "report.html");
      const { page, complaints, requests } = await openPage(browser, file);
      await page.locator("#open-all").click();
      for (const cell of (await page.locator(".matrix .cell").all()).slice(0, 8))
        await cell.click();
      for (const summary of (await page.locator(".policy a").all()).slice(0, 8))
        await summary.hover();
      expect(await page.title()).toBe("Network policy migration report");
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.locator("script").count()).toBe(2);
      expect(await page.locator(".text").first().textContent()).toContain(HOSTILE.slice(0, 30));
      expect(requests).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    });

    it("lets hostile names, labels and comments of policies be read and nothing more", async () => {
      const bad = policy("web").replace(
        "spec:",
        `  annotations: { note: '</script><img src=x onerror=alert(1)>' } # </pre><script>alert(2)</script>\nspec:`,
      );
      const files = [
        { name: `<img src=x onerror=alert(3)>.yaml`, text: `${bad}${SERVICE_ACCOUNT_RULE}` },
      ];
      const file = join(
        folderWith({ "report.html": htmlText(reportOf({ files, inventory: [], options: {} })) }),
        "report.html",
      );
      const { page, complaints, requests } = await openPage(browser, file);
      await page.locator(".policy summary").first().click();
      expect(await page.locator(".policy .text").first().textContent()).toContain(
        "<script>alert(2)</script>",
      );
      expect(await page.locator("img").count()).toBe(0);
      expect([...complaints, ...requests]).toEqual([]);
      await page.context().close();
    });

    const sizes = [
      { count: 2000, seconds: 2 },
      { count: 10_000, seconds: 5 },
    ];
    it.each(someOf(sizes, 2))(
      "opens within $seconds s and filters without a freeze at $count policies",
      { timeout: 120_000 },
      async ({ count, seconds }) => {
        const files = [{ name: "many.yaml", text: many(count) }];
        const large = reportOf({ files, inventory: [], options: {} }, false);
        const text = htmlText(large);
        // Policies with their output and findings: about 3 KB each.
        expect(text.length).toBeLessThan(count * 3000);
        const file = join(folderWith({ "report.html": text }), "report.html");
        const context = await browser.newContext();
        const page = await context.newPage();
        const session = await context.newCDPSession(page);
        // The page's own work on the processor: what others do on the machine does not count.
        await session.send("Performance.enable", { timeDomain: "threadTicks" });
        const work = async (): Promise<number> => {
          const { metrics } = await session.send("Performance.getMetrics");
          return metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN;
        };
        const shown = (): Promise<string | null> => page.locator("#f-shown").textContent();
        const whole = `of ${String(count)} policies`;
        await page.goto(`file://${file}`);
        await expect.poll(shown).toBe(`${String(count)} ${whole}`);
        const opened = await work();
        await page.locator("#f-text").fill("allow-12");
        const fitting = large.policies.filter(({ source }) => source.name.includes("allow-12"));
        await expect.poll(shown).toBe(`${String(fitting.length)} ${whole}`);
        const filtered = await work();
        expect(opened).toBeLessThan(seconds);
        expect(filtered - opened).toBeLessThan(0.5);
        // Findings of one code are shown so many at a time.
        await page.getByRole("button", { name: "Clear" }).click();
        await expect.poll(shown).toBe(`${String(count)} ${whole}`);
        const cleared = await work();
        const group = page.locator(".group", { hasText: "CMP-R004" });
        await group.locator("summary").click();
        await expect.poll(() => group.locator("li").count()).toBe(200);
        await group.getByRole("button", { name: /^Show \d+ more of \d+$/ }).click();
        await expect.poll(() => group.locator("li").count()).toBeGreaterThan(200);
        expect((await work()) - cleared).toBeLessThan(1.5);
        await context.close();
      },
    );
  },
);
