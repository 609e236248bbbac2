import { defineDiagnostics } from "../diagnostics/define.ts";

const lostDocument =
  "A document that cannot be read is left out as a whole and counts as invalid; the other documents of the file are read.";

/** Findings about the YAML or JSON text itself, before anybody asks what the objects mean. */
export const manifestDiagnostics = defineDiagnostics({
  "YML-X001": {
    severity: "error",
    effect: "unknown",
    message: "this document is not valid YAML: {reason}",
    hint: "Correct the document; `kubectl apply --dry-run=client -f` shows what kubectl makes of it.",
    explanation: `The text breaks the rules of YAML (or JSON) at this place. ${lostDocument} A broken indentation often shows itself a line later than it was made.`,
  },
  "YML-X002": {
    severity: "error",
    effect: "unknown",
    message: "the key `{key}` is given twice in the same mapping",
    hint: "Keep one of the two.",
    explanation: `YAML forbids equal keys in one mapping. Readers differ in what they do: kubectl takes the last in silence, or refuses the document under strict validation. So there is no telling which of the two is in force. Keys are compared as kubectl sends them: \`yes\` and \`true\` are the same key. ${lostDocument}`,
  },
  "YML-X003": {
    severity: "error",
    effect: "unknown",
    message: "the key here is {what}, and kubectl takes no such key",
    hint: "Write the key as text, in quotes if need be.",
    explanation: `Keys of Kubernetes objects are text. A number or a boolean becomes text, but null, a mapping, a sequence or an integer beyond 64 bits does not. ${lostDocument}`,
  },
  "YML-X004": {
    severity: "warning",
    effect: "none",
    message: "the key `{written}` is read as `{read}`",
    hint: "Put the key in quotes if the text as written is meant.",
    explanation:
      "kubectl's YAML reader takes an unquoted `y`, `on`, `0777` or `1e3` for a boolean or a number, in keys too, and turns the value back into text. The key that reaches the API server is then another than the one written. The conversion goes on with the key that the API server gets.",
  },
  "YML-X005": {
    severity: "error",
    effect: "unknown",
    message: "the merge key `<<` needs a mapping or a sequence of mappings",
    hint: "Give it an alias of a mapping, or write the fields out.",
    explanation: `The merge key of YAML 1.1 takes over the fields of another mapping. It has nothing to take from anything else, and kubectl refuses it. ${lostDocument}`,
  },
  "YML-X006": {
    severity: "error",
    effect: "unknown",
    message: "the merge key `<<` brings `{key}`, which this mapping already has",
    hint: "Put `<<` first in its mapping, or remove one of the two.",
    explanation: `By the YAML specification a mapping's own key wins over a merged one wherever it stands; kubectl lets the later of the two win. Where \`<<\` comes first both agree. Otherwise the document means different things to different tools. ${lostDocument}`,
  },
  "YML-X007": {
    severity: "error",
    effect: "unknown",
    message: "the alias `{name}` has no anchor before it in this document",
    hint: "Anchors do not reach over `---`; define the anchor in the same document, before its use.",
    explanation: `An alias stands for the node that carries the anchor of that name earlier in the same document. ${lostDocument}`,
  },
  "YML-X008": {
    severity: "error",
    effect: "unknown",
    message: "the alias `{name}` stands inside of what it names, so the value would contain itself",
    hint: "Write the value out.",
    explanation: `A value that contains itself has no end and cannot be sent to the API server. ${lostDocument}`,
  },
  "YML-X009": {
    severity: "error",
    effect: "unknown",
    message: "the aliases of this document expand to more than {limit} values",
    hint: "Write the values out, or remove the document if it is not yours.",
    explanation: `Nested aliases can make a few lines mean billions of values. kubectl refuses such documents too. ${lostDocument}`,
  },
  "YML-X010": {
    severity: "error",
    effect: "unknown",
    message: "the document is nested more than {limit} levels deep",
    hint: "Flatten the document, or remove it if it is not yours.",
    explanation: `No Kubernetes object is nested that deep. The bound keeps a hostile file from exhausting the machine. ${lostDocument}`,
  },
  "YML-X011": {
    severity: "error",
    effect: "unknown",
    message: "the value `{text}` is not a number that kubectl could send",
    hint: "Put it in quotes if text is meant.",
    explanation: `JSON, the form in which objects are sent, knows neither infinity nor "not a number", so kubectl refuses the document. ${lostDocument}`,
  },
  "YML-X012": {
    severity: "error",
    effect: "unknown",
    message: "the value `{text}` is not what its tag `{tag}` promises",
    hint: "Remove the tag, or correct the value.",
    explanation: `A tag such as \`!!int\` or \`!!bool\` says what a value is, and kubectl refuses a value that is something else. ${lostDocument}`,
  },
  "YML-X013": {
    severity: "warning",
    effect: "none",
    message: "`{tag}` is read as a YAML tag and not as part of the value, which is `{text}`",
    hint: "Put the whole value in quotes.",
    explanation:
      "A `!` at the beginning of an unquoted value starts a tag, so `selector: !has(app)` is the tag `!has(app)` on an empty text: a selector that selects everything. kubectl sends the value without the tag and says nothing. The conversion goes on with that value, since it is the one in force.",
  },
  "YML-X014": {
    severity: "error",
    effect: "unknown",
    message: "the text holds the character {character}, which {problem}",
    hint: "Remove the character, or write it as an escape in double quotes.",
    explanation: `Control characters are not allowed in YAML text. The line breaks U+0085, U+2028 and U+2029 are allowed, but end a line for kubectl (YAML 1.1) and not for newer readers, so the document would mean two things. ${lostDocument}`,
  },
  "YML-X015": {
    severity: "error",
    effect: "unknown",
    message:
      "a second document begins here without a line `---` before it, so kubectl does not read it",
    hint: "Put a line `---` between the two.",
    explanation:
      "kubectl cuts a file at lines that begin with `---` and reads one document in each piece; what follows an end mark `...` in the same piece is dropped without a word. It is not in force, and it is reported here so that it does not go unseen.",
  },
  "YML-X016": {
    severity: "warning",
    effect: "none",
    message: "kubectl takes no `%` directives: it refuses the document after this one",
    hint: "Remove the line; YAML 1.1 is what kubectl reads anyway.",
    explanation:
      "kubectl cuts a file at `---`, so a `%YAML` or `%TAG` line is parted from the document that it is about, and is an error for kubectl. The document after it is read here as if the directive were not there.",
  },
  "YML-X017": {
    severity: "error",
    effect: "unknown",
    message: "this is {what}, where an object with `apiVersion` and `kind` is expected",
    hint: "Remove it, or put it in a file that is not read.",
    explanation:
      "Every document of the input, every item of a list and every element of a top-level sequence must be a mapping. Anything else cannot be a Kubernetes object; a values file of a chart or a broken template looks like this.",
  },
  "YML-X018": {
    severity: "error",
    effect: "unknown",
    message: "the `items` of this `{kind}` are {what}, where a sequence is expected",
    hint: "Make `items` a sequence of objects.",
    explanation:
      "A list carries its objects in the sequence `items`. Without it there is nothing to read from it.",
  },
  "YML-X019": {
    severity: "error",
    effect: "unknown",
    message: "lists are nested more than {limit} levels deep here",
    hint: "Take the inner lists apart.",
    explanation:
      "A list may hold lists, which kubectl takes apart too. No tool nests them deeply; the bound keeps hostile input in hand.",
  },
  "YML-X020": {
    severity: "error",
    effect: "unknown",
    message:
      "more than {limit} documents of this file cannot be read; the rest of the file is left out",
    hint: "Check that the file is what you mean to convert.",
    explanation:
      "A file with so many broken documents is not a file of manifests. Nothing after this place is read.",
  },
  "YML-X021": {
    severity: "error",
    effect: "unknown",
    message: "the file is not UTF-8 text: the byte {byte} does not belong here",
    hint: "Save the file as UTF-8.",
    explanation:
      "Manifests are UTF-8. A file in another encoding would be read with other letters than meant, so it is not read at all.",
  },
  "YML-X022": {
    severity: "error",
    effect: "unknown",
    message: "the file is {encoding} text, not UTF-8",
    hint: "Save the file as UTF-8; PowerShell's `>` writes UTF-16, `Out-File -Encoding utf8` does not.",
    explanation:
      "Manifests are UTF-8. kubectl reads UTF-16 in some cases and cuts it in others, so such a file is not read at all.",
  },
  "YML-X023": {
    severity: "error",
    effect: "unknown",
    message: "this document has more than {limit} errors; the others are not listed",
    hint: "Correct those that are listed first.",
    explanation: "After so many errors in one document more of them help nobody.",
  },
  "YML-X024": {
    severity: "error",
    effect: "unknown",
    message: "this document is longer than {limit} MiB, and cannot be read in parts from here on",
    hint: "Split it into several documents with `---`; if it is a list, look for an error or an alias in the item that begins here.",
    explanation: `The API server takes no object of that size. A list may be longer if it is plain block YAML or JSON, as \`kubectl get\` prints it, because it is read item by item; one with anchors, in flow style or with an error in it is not. ${lostDocument}`,
  },
  "YML-X025": {
    severity: "error",
    effect: "unknown",
    message:
      "more than {limit} MiB of this file are not in plain YAML; the rest of the file, from here on, is left out",
    hint: "Split the file, or have `kubectl create --dry-run=client -o yaml` or `yq -P` write it without tags and anchors.",
    explanation:
      "Block mappings, sequences, scalars of any style and flow collections, as tools write them, are read fast, in files of any size. Tags, anchors, aliases, merge keys, keys that are no text and broken documents need a slower parser, which is kept from holding up a run. Nothing after this place is read.",
  },
  "YML-X026": {
    severity: "error",
    effect: "unknown",
    message: "this document is a template: `{{` stands for text that a tool has yet to fill in",
    hint: "Render it, and convert what comes out: `helm template CHART | netpol-migrate convert -`.",
    explanation: `Templates of Helm and the like are no manifests, and what they will say depends on values that are not here. ${lostDocument}`,
  },
  "YML-X027": {
    severity: "warning",
    effect: "none",
    message: "the file is empty; a dump that failed leaves such a file",
    hint: "Check that the command that made it succeeded, or delete the file.",
    explanation:
      "`kubectl get ... > FILE` makes the file before it asks the cluster, so an empty one is what is left if the kind is unknown there or the listing is forbidden. In the latter case policies, tiers or network sets are missing, and the conversion cannot know. A dump of a kind that the cluster has none of is a `List` without items, and not empty.",
  },
});
