import { EVENT_ID, SCALAR_STYLE, getScalarValue } from "js-yaml";
import type { Event, ScalarEvent } from "js-yaml";

const yamlTag = "tag:yaml.org,2002:";

/** A scalar's text, with quotes, escapes and folded lines resolved. */
export function textOfEvent(event: ScalarEvent, source: string): string {
  return event.fast
    ? source.slice(event.valueStart, event.valueEnd)
    : getScalarValue(source, event);
}

/** Where a value begins in the text: at its quote, its `*`, its first word; -1 for one that has no text. */
export function startOfEvent(event: Event, source: string): number {
  if (event.type === EVENT_ID.SCALAR) return startOfScalar(event, source);
  if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) return event.start;
  return event.type === EVENT_ID.ALIAS ? event.anchorStart - 1 : -1;
}

function startOfScalar(event: ScalarEvent, source: string): number {
  const { valueStart, style } = event;
  if (valueStart < 0 || style === SCALAR_STYLE.PLAIN) return valueStart;
  if (style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED) {
    return valueStart - 1;
  }
  for (let at = valueStart; at < event.valueEnd; at++) {
    const code = source.charCodeAt(at);
    if (code !== 32 && code !== 10 && code !== 13) return at;
  }
  return valueStart;
}

/** The name of one of YAML's own tags, which is what `!!` stands for; undefined for any other tag. */
export function ownTag(raw: string): string | undefined {
  if (raw.startsWith("!!")) return raw.slice(2);
  if (raw.startsWith(`!<${yamlTag}`)) return raw.slice(2 + yamlTag.length, -1);
  return undefined;
}
