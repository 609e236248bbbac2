import type { RunReport } from "../report.ts";
import { html } from "./markup.ts";
import type { Markup } from "./markup.ts";

/** How the result came about: what is taken for granted, the files, the options. */
export function runSection({ assumptions, inputs, options }: RunReport): Markup {
  return html`<section id="run">
    <h2>The run</h2>
    <h3>What is taken for granted</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Assumptions">
      <table>
        <thead>
          <tr>
            <th scope="col">Assumption</th>
            <th scope="col">If it is false</th>
            <th scope="col">Used by</th>
            <th scope="col">Code</th>
          </tr>
        </thead>
        <tbody>
          ${assumptions.map(
            ({ code, name, message, ifFalse, standing, usedBy }) =>
              html`<tr id="${code}">
                <td>${message} <small>(${name})</small></td>
                <td>${ifFalse === "widens" ? "wider" : "narrower"}</td>
                <td>${standing ? "the whole run" : String(usedBy)}</td>
                <td class="code">${code}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <h3>Files</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Files">
      <table>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">Documents</th>
            <th scope="col">Policies</th>
            <th scope="col">Context</th>
            <th scope="col">Ignored</th>
            <th scope="col">Invalid</th>
          </tr>
        </thead>
        <tbody>
          ${inputs.map(
            (input) =>
              html`<tr>
                <td>${input.file}</td>
                <td>${input.documents}</td>
                <td>${input.policies}</td>
                <td>${input.context}</td>
                <td>${input.ignored}</td>
                <td>${input.invalid}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <h3>Options</h3>
    <dl class="options">
      ${Object.entries(options).map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${optionText(value)}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

function optionText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(String).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
