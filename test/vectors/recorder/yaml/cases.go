package main

import (
	"fmt"
	"strings"
)

// allInputs lists the texts; their names say what each is after.
func allInputs() []input {
	var all []input
	for _, scalar := range plainScalars {
		all = append(all,
			input{"plain value " + scalar, "v: " + scalar + "\n"},
			input{"plain key " + scalar, scalar + ": v\n"},
		)
	}
	for _, scalar := range otherValues {
		all = append(all, input{"value " + scalar, "v: " + scalar + "\n"})
	}
	for _, scalar := range otherKeys {
		all = append(all, input{"key " + scalar, scalar + ": v\n"})
	}
	all = append(all, labelCases()...)
	all = append(all, structures...)
	all = append(all, blockScalars...)
	all = append(all, separators...)
	all = append(all, bytesAndBreaks()...)
	all = append(all, jsonTexts...)
	all = append(all, aliases()...)
	return all
}

// plainScalars are unquoted words that some YAML reader, somewhere, takes for
// something other than text; each is tried as a value and as a key.
var plainScalars = []string{
	// booleans and nulls of YAML 1.1
	"y", "Y", "n", "N", "yes", "Yes", "YES", "yEs", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF",
	"true", "True", "TRUE", "tRue", "false", "False", "FALSE", "t", "f",
	"~", "null", "Null", "NULL", "nULL", "nil", "none", "None", "undefined",
	// integers
	"0", "-0", "+0", "1", "+1", "-1", "00", "007", "0777", "-0777", "+0777", "08", "09", "0o777", "0O777", "-0o17",
	"0x1F", "0X1F", "-0x1F", "0x", "0b11", "0B11", "-0b11", "0b12", "1_000", "_1", "1_", "1__0", "0x_1F", "0_7",
	"2147483648", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
	"-9223372036854775809", "18446744073709551615", "18446744073709551616", "123456789012345678901234567890", "1,000",
	// floats
	"1.0", "1.50", "-1.0", "0.0", "-0.0", ".5", "-.5", "+.5", "5.", "1.2.3", "1e3", "1E3", "1e+3", "1e-3", "1.5e3", "12e03", "1e", "e3",
	"1e21", "1e400", "-1e400", "1e-400", "0.1", "3.4028235e39", "1_000.5", "6.02_2e23", "0x1p4", "1e1000", "123456789.123456789",
	".inf", ".Inf", ".INF", "+.inf", "-.inf", ".iNf", "inf", "Infinity", ".nan", ".NaN", ".NAN", "nan", "NaN", ".",
	// sexagesimal, dates, versions, addresses
	"12:30", "12:30:45", "190:20:30", "1:1", "1:60", "12:30:45.5", "0:0",
	"2020-01-01", "2020-1-1", "2020-01-01T00:00:00Z", "2020-01-01t00:00:00.5-05:00", "2020-01-01 00:00:00", "2020-13-45",
	"v1", "1.2.3.4", "10.0.0.0/8", "::1", "fd00::/8", "80/TCP", "a:b", "1.19", "1.20",
	// indicators
	"=", "<<", "-", "--", "---x", "?x", ":x", "x:", "!", "&", "*", "@a", "`a", "%a", "|", ">", "a#b", "a #b", "#a", "'", "\"",
	"a, b", "[a", "a]", "{a", "a}", "-a", "- a", "? a", "a: b", "<", "a b", "é", "日本", "\U0001F600",
}

// otherValues are quoted, tagged and flow forms that make sense as a value only.
var otherValues = []string{
	"", " ", "\"y\"", "'y'", "\"0777\"", "'1e3'", "\"\"", "''", "'it''s'", "\"a\\tb\"", "\"\\u00e9\"", "\"\\x41\"", "\"\\U0001F600\"", "\"\\/\"", "\"\\a\\e\\0\"",
	"\"\\N\\_\\L\\P\"", "\"\\q\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "'a\n  b'", "\"a\n  b\"", "\"a\\\n  b\"", "'a\n\n  b'", "a\n  b", "a\n\n  b", "a\nb",
	"!!str 1", "!!str true", "!!str", "!!str null", "!!str ~", "!!int 1", "!!int \"1\"", "!!int 0777", "!!int 1.5", "!!int a", "!!float 1", "!!float 1.5", "!!float \"1\"", "!!float .inf",
	"!!bool yes", "!!bool \"yes\"", "!!bool 1", "!!null ''", "!!null a", "!!null null", "!!binary aGVsbG8=", "!!binary \"aGVsbG8=\"", "!!binary /w==", "!!binary not-base64!",
	"!!timestamp 2020-01-01", "!!timestamp \"2020-01-01\"", "!!timestamp x", "!!seq [a]", "!!map {a: b}", "!!set {a, b}", "!!omap [a: b]", "!!seq {a: b}", "!!map [a]", "!!merge x", "!!unknown a",
	"!local a", "!local 1", "!local [1]", "!local {a: 1}", "! a", "! 1", "!<tag:yaml.org,2002:str> 1", "!<x> 1", "!e!x 1", "!!str [a]", "!!str {a: b}",
	"[]", "{}", "[a, b]", "[a, b,]", "[a,,b]", "[,]", "{a, b}", "{a: 1, b}", "{a: 1,}", "{a:1}", "{\"a\":1}", "{a: 1, a: 2}", "{? a : b}", "{? a}", "[a: b]", "[a: b, c]", "[? a : b]",
	"[yes, no, 1e3, 0777]", "{yes: no}", "{a: [b, {c: d}]}", "[a, # c\n b]", "{a: b # c\n}", "[a\n]", "[a b\n c]", "[10.0.0.0/8, fd00::/8]", "[a:b]", "{a:b: c}", "[::1]", "{k: ::1}",
	"a # comment", "a# no comment", "\"a\" # comment", "\"a\"# no", "# only a comment", "a\t# tab comment", "a\tb", "\ta", " a", "a ",
}

// otherKeys are keys that are not plain words.
var otherKeys = []string{
	"\"y\"", "'1'", "\"\"", "!!str 1", "!!str y", "!!binary aGVsbG8=", "[a]", "{a: b}", "? a\n", "? [a]\n", "? {a: b}\n", "? |\n  a\n", "\"a\\nb\"", "!!int \"1\"", "!!null a", "!!float 1", "&k a", "'<<'", "\"<<\"",
}

// labelCases put the words where they do harm: in labels, ports and selectors.
func labelCases() []input {
	var cases []input
	for _, word := range []string{"y", "yes", "on", "0777", "1e3", "12:30:45", "2020-01-01", "1.10", "null", "~", "", "true", "08", "0x1F", "1_000", "-0", ".5", "+1"} {
		cases = append(cases, input{"label value " + word, fmt.Sprintf("podSelector:\n  matchLabels:\n    app: %s\n", word)})
	}
	for _, word := range []string{"80", "080", "0x50", "8e1", "80.0", "\"80\"", "http", "8_0", "+80", "80:90", "!!int \"80\"", "!!str 80"} {
		cases = append(cases, input{"port " + word, fmt.Sprintf("ports:\n- port: %s\n", word)})
	}
	return cases
}

// structures: duplicate and merged keys, collections, indentation.
var structures = []input{
	{"duplicate key", "a: 1\na: 2\n"},
	{"duplicate key, first is null", "a:\na: 2\n"},
	{"duplicate key, same value", "a: 1\na: 1\n"},
	{"duplicate key, maps are not merged", "a: {x: 1}\na: {y: 2}\n"},
	{"duplicate key by quoting", "a: 1\n\"a\": 2\n"},
	{"duplicate key in a nested map", "s:\n  a: 1\n  b: 2\n  a: 3\n"},
	{"duplicate key in a flow map", "s: {a: 1, a: 2}\n"},
	{"duplicate key: number and string", "1: a\n\"1\": b\n"},
	{"duplicate key: 1 and 01", "1: a\n01: b\n"},
	{"duplicate key: true and yes", "true: a\nyes: b\n"},
	{"duplicate key: y and true", "y: a\ntrue: b\n"},
	{"duplicate key: null and ~", "null: a\n~: b\n"},
	{"duplicate key: 1 and 1.0", "1: a\n1.0: b\n"},
	{"duplicate key by case is no duplicate", "a: 1\nA: 2\n"},
	{"duplicate key three times", "a: 1\na: 2\na: 3\n"},
	{"duplicate spec", "kind: NetworkPolicy\nspec:\n  podSelector: {}\nspec:\n  podSelector:\n    matchLabels: {a: b}\n"},
	{"keys come out sorted", "b: 1\na: 2\nC: 3\n"},
	{"prototype keys", "__proto__: 1\nconstructor: 2\ntoString: 3\n"},
	{"merge key", "base: &b {x: 1, y: 2}\nv:\n  <<: *b\n  z: 3\n"},
	{"merge key after an own key", "base: &b {x: 1}\nv:\n  x: 9\n  <<: *b\n"},
	{"merge key before an own key", "base: &b {x: 1}\nv:\n  <<: *b\n  x: 9\n"},
	{"merge of a list, first map wins", "b1: &b1 {x: 1}\nb2: &b2 {x: 2, w: 3}\nv:\n  <<: [*b1, *b2]\n"},
	{"merge of an inline map", "v:\n  <<: {x: 1}\n  z: 2\n"},
	{"merge of a scalar", "v:\n  <<: 1\n"},
	{"merge of null", "v:\n  <<:\n"},
	{"merge of a list of scalars", "v:\n  <<: [1, 2]\n"},
	{"merge of an alias to a list", "l: &l [{x: 1}]\nv:\n  <<: *l\n"},
	{"merge twice in one map", "b1: &b1 {x: 1}\nb2: &b2 {w: 2}\nv:\n  <<: *b1\n  <<: *b2\n"},
	{"merge is not deep", "base: &b {x: {p: 1}}\nv:\n  <<: *b\n  x: {q: 2}\n"},
	{"quoted merge key is an ordinary key", "base: &b {x: 1}\nv:\n  \"<<\": *b\n"},
	{"merge key tagged as string", "base: &b {x: 1}\nv:\n  !!str <<: *b\n"},
	{"merge key in a flow map", "base: &b {x: 1}\nv: {<<: *b, z: 1}\n"},
	{"merge key at the top", "<<: {x: 1}\nz: 2\n"},
	{"top-level sequence", "- a\n- b\n"},
	{"top-level flow sequence", "[a, b]\n"},
	{"top-level plain scalar", "hello\n"},
	{"top-level number", "0777\n"},
	{"top-level boolean", "yes\n"},
	{"top-level string", "\"a\"\n"},
	{"top-level null", "null\n"},
	{"top-level block scalar", "|\n a\n b\n"},
	{"sequence of mappings, dash indented", "a:\n  - x: 1\n    y: 2\n  - x: 3\n"},
	{"sequence of mappings, dash not indented", "a:\n- x: 1\n  y: 2\n- x: 3\nb: 1\n"},
	{"sequence of sequences", "- - a\n  - b\n- - c\n"},
	{"empty values", "a:\nb:\n  c:\nd: []\n"},
	{"dash with nothing", "a:\n-\n- b\n"},
	{"key without a space after the colon", "a:b\n"},
	{"key with spaces before the colon", "a : b\n"},
	{"key alone on a line among others", "a: 1\nb\nc: 2\n"},
	{"tab as indentation", "a:\n\tb: 1\n"},
	{"tab after the indentation", "a:\n  \tb: 1\n"},
	{"tab after the colon", "a:\tb\n"},
	{"tab after the dash", "-\ta\n"},
	{"tab before a comment", "a: 1\t# c\n"},
	{"line of a tab only", "a: 1\n\t\nb: 2\n"},
	{"uneven indentation", "a:\n    b: 1\n  c: 2\n"},
	{"indentation of one", "a:\n b:\n  c: 1\n"},
	{"indented top level", "  a: 1\n  b: 2\n"},
	{"indented top level, then less", "  a: 1\nb: 2\n"},
	{"colon in a plain scalar", "a: b: c\n"},
	{"url", "a: http://x/y#z\n"},
	{"nested on the same line", "a: - b\n"},
	{"multi-line flow", "a: {\n  b: 1,\n  c: [\n    d\n  ]\n}\n"},
	{"flow closed at column 0", "a: [\nb\n]\n"},
	{"flow never closed", "a: [b, c\n"},
	{"flow closed by the wrong bracket", "a: [b}\n"},
	{"quote never closed", "a: \"b\n"},
	{"single quote never closed", "a: 'b\nc: d\n"},
	{"explicit key and value", "? a\n: b\n? c\n"},
	{"long simple key", strings.Repeat("k", 1025) + ": v\n"},
	{"anchor and alias of a scalar", "a: &x 0777\nb: *x\n"},
	{"anchor and alias of a map", "a: &x {p: 1}\nb: *x\n"},
	{"anchor redefined", "a: &x 1\nb: *x\nc: &x 2\nd: *x\n"},
	{"anchor on nothing", "a: &x\nb: *x\n"},
	{"alias to nothing known", "a: *x\n"},
	{"alias before its anchor", "a: *x\nb: &x 1\n"},
	{"alias as a key", "a: &x k\n*x : v\n"},
	{"alias as a key without a space", "a: &x k\n*x: v\n"},
	{"alias to itself", "a: &x [*x]\n"},
	{"alias to itself in a map", "a: &x {b: *x}\n"},
	{"anchor and tag", "a: &x !!str 1\nb: *x\n"},
	{"tag and anchor", "a: !!str &x 1\nb: *x\n"},
	{"alias with a tag", "a: &x 1\nb: !!str *x\n"},
	{"anchor of another document", "a: &x 1\n---\nb: *x\n"},
	{"anchors with odd names", "a: &x-1 1\nb: *x-1\n"},
	{"only a comment", "# nothing here\n"},
	{"only blank lines", "\n\n\n"},
	{"only spaces", "   "},
	{"no bytes at all", ""},
	{"comment between", "a: 1\n# c\nb: 2\n"},
	{"comment inside a sequence", "a:\n# c\n- b\n  # d\n- c\n"},
	{"NetworkPolicy", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x, namespace: y}\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n"},
}

// blockScalars: the two styles, the chomping and indentation indicators, odd ends.
var blockScalars = []input{
	{"literal clip", "a: |\n  x\n  y\nb: 1\n"},
	{"literal strip", "a: |-\n  x\n  y\nb: 1\n"},
	{"literal keep", "a: |+\n  x\n  y\n\n\nb: 1\n"},
	{"folded clip", "a: >\n  x\n  y\nb: 1\n"},
	{"folded strip", "a: >-\n  x\n  y\nb: 1\n"},
	{"folded keep", "a: >+\n  x\n  y\n\n\nb: 1\n"},
	{"literal clip, several line ends", "a: |\n  x\n\n\nb: 1\n"},
	{"literal strip, several line ends", "a: |-\n  x\n\n\nb: 1\n"},
	{"folded with a paragraph", "a: >\n  x\n  y\n\n  z\n"},
	{"folded with a deeper line", "a: >\n  x\n    y\n  z\n"},
	{"literal with a deeper line", "a: |\n  x\n    y\n  z\n"},
	{"literal, first line deeper, indicator 2", "a: |2\n    x\n  y\n"},
	{"literal, indicator 2 and strip", "a: |2-\n    x\n  y\n"},
	{"literal, strip then indicator", "a: |-2\n    x\n  y\n"},
	{"literal, indicator 0", "a: |0\n  x\n"},
	{"literal, leading blank line", "a: |\n\n  x\n"},
	{"literal, leading blank line deeper", "a: |\n     \n  x\n"},
	{"literal empty", "a: |\nb: 1\n"},
	{"literal empty keep", "a: |+\n\nb: 1\n"},
	{"literal without a final newline", "a: |\n  x"},
	{"literal strip without a final newline", "a: |-\n  x"},
	{"literal with a comment on its head", "a: | # c\n  x\n"},
	{"literal with text on its head", "a: | x\n  y\n"},
	{"literal with a hash inside", "a: |\n  x # y\n  # z\n"},
	{"literal of a word that would be a boolean", "a: |-\n  yes\n"},
	{"literal of a number, tagged", "a: !!int |-\n  1\n"},
	{"literal with a tab", "a: |\n  x\ty\n"},
	{"literal indented by a tab", "a: |\n\tx\n"},
	{"literal with CRLF", "a: |\r\n  x\r\n  y\r\nb: 1\r\n"},
	{"literal in a sequence", "- |\n  x\n- >-\n  y\n  z\n"},
	{"literal at column 0 of the top", "|\nx\n"},
	{"literal selector", "selector: |\n  a == 'x'\n"},
	{"folded strip selector over lines", "selector: >-\n  a == 'x' &&\n  b == 'y'\n"},
	{"plain selector over lines", "selector: a == 'x' &&\n  b == 'y'\n"},
	{"plain selector with braces", "selector: a in {'x', 'y'}\n"},
	{"plain selector that begins with a bang", "selector: !has(a)\n"},
	{"quoted selector with a bang", "selector: \"!has(a)\"\n"},
	{"plain selector that ends in a comment", "selector: a == 'x' # y\n"},
	{"single-quoted selector", "selector: 'a == ''x'''\n"},
	{"plain selector that begins with a quote", "selector: \"a\" == 'x'\n"},
}

// separators: where one document ends and the next begins.
var separators = []input{
	{"two documents", "a: 1\n---\nb: 2\n"},
	{"leading separator", "---\na: 1\n"},
	{"trailing separator", "a: 1\n---\n"},
	{"trailing separator without a newline", "a: 1\n---"},
	{"two leading separators", "---\n---\na: 1\n"},
	{"separators only", "---\n---\n---\n"},
	{"one separator only", "---\n"},
	{"one separator only, no newline", "---"},
	{"separator with spaces", "a: 1\n---   \nb: 2\n"},
	{"separator with a comment", "a: 1\n--- # c\nb: 2\n"},
	{"separator with a comment without a space", "a: 1\n---# c\nb: 2\n"},
	{"separator with a tab and a comment", "a: 1\n---\t# c\nb: 2\n"},
	{"leading separator with a comment", "--- # c\na: 1\n"},
	{"separator with content", "a: 1\n--- b: 2\n"},
	{"separator with a flow map", "a: 1\n--- {b: 2}\n"},
	{"leading separator with content", "--- {a: 1}\n"},
	{"separator with a block scalar", "a: 1\n--- |\n  x\n"},
	{"separator with a word glued on", "a: 1\n---foo\nb: 2\n"},
	{"separator of four dashes", "a: 1\n----\nb: 2\n"},
	{"indented separator", "a: 1\n ---\nb: 2\n"},
	{"separator inside a literal", "a: |\n  x\n  ---\n  y\nb: 1\n"},
	{"separator at column 0 inside a literal", "a: |\n  x\n---\nb: 1\n"},
	{"separator inside a literal at the top", "|\n x\n ---\n y\n"},
	{"separator at column 0 inside double quotes", "a: \"x\n---\ny\"\nb: 1\n"},
	{"separator at column 0 inside single quotes", "a: 'x\n---\ny'\nb: 1\n"},
	{"separator in a comment", "a: 1\n# ---\nb: 2\n"},
	{"separator in a flow sequence", "a: [x,\n---\ny]\n"},
	{"separator glued to text inside a literal at column 0", "a: |\n  x\n---y\n"},
	{"document end", "a: 1\n...\nb: 2\n"},
	{"document end then separator", "a: 1\n...\n---\nb: 2\n"},
	{"document end last", "a: 1\n...\n"},
	{"document end inside a literal", "a: |\n  x\n  ...\n  y\n"},
	{"document end with a comment", "a: 1\n... # c\n"},
	{"directive %YAML 1.1", "%YAML 1.1\n---\na: yes\n"},
	{"directive %YAML 1.2", "%YAML 1.2\n---\na: yes\n"},
	{"directive %YAML 2.0", "%YAML 2.0\n---\na: 1\n"},
	{"directive %TAG", "%TAG !e! tag:yaml.org,2002:\n---\na: !e!str 1\n"},
	{"unknown directive", "%FOO bar\n---\na: 1\n"},
	{"directive without a separator", "%YAML 1.1\na: 1\n"},
	{"empty document in the middle", "a: 1\n---\n---\nb: 2\n"},
	{"document of a comment in the middle", "a: 1\n---\n# c\n---\nb: 2\n"},
	{"document of null in the middle", "a: 1\n---\nnull\n---\nb: 2\n"},
	{"document of ~ in the middle", "a: 1\n---\n~\n---\nb: 2\n"},
	{"document of an empty map in the middle", "a: 1\n---\n{}\n---\nb: 2\n"},
	{"comment before the first separator", "# c\n---\na: 1\n"},
	{"blank lines before the first separator", "\n\n---\na: 1\n"},
	{"error in the second of three", "a: 1\n---\nb: [\n---\nc: 3\n"},
	{"error in the first of two", "a: [\n---\nb: 2\n"},
	{"scalar documents", "a\n---\n1\n---\nyes\n"},
	{"sequence documents", "- a\n---\n- b\n"},
	{"duplicate keys over two documents", "a: 1\n---\na: 2\n"},
	{"CRLF separators", "a: 1\r\n---\r\nb: 2\r\n"},
	{"separator after CR alone", "a: 1\r---\rb: 2\r"},
	{"List of two", "apiVersion: v1\nkind: List\nitems:\n- a: 1\n- b: 2\n"},
	{"three documents, the last without a newline", "a: 1\n---\nb: 2\n---\nc: 3"},
}

// jsonTexts: the reader tries JSON first when a text begins with an open brace.
var jsonTexts = []input{
	{"JSON object", `{"a":1}`},
	{"JSON with blanks before", " \n\t{\"a\": 1}\n"},
	{"JSON spaced over lines", "{\n  \"a\": 1,\n  \"b\": [1, 2]\n}\n"},
	{"JSON duplicate key", `{"a":1,"a":2}`},
	{"JSON duplicate key, nested", `{"s":{"a":1,"a":2}}`},
	{"JSON number 1.0", `{"a":1.0}`},
	{"JSON number 1e3", `{"a":1e3}`},
	{"JSON number -0", `{"a":-0}`},
	{"JSON long integer", `{"a":9007199254740993}`},
	{"JSON integer over 64 bits", `{"a":18446744073709551616}`},
	{"JSON number with a leading zero", `{"a":010}`},
	{"JSON key order is kept", `{"b":1,"a":2}`},
	{"JSON two objects glued", `{"a":1}{"b":2}`},
	{"JSON two objects on two lines", "{\"a\":1}\n{\"b\":2}\n"},
	{"JSON two objects with a separator", "{\"a\":1}\n---\n{\"b\":2}\n"},
	{"JSON three objects, then a separator", "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n---\n{\"d\":4}\n"},
	{"JSON first, YAML second", "{\"a\":1}\n---\nb: 2\n"},
	{"YAML first, JSON second", "a: 1\n---\n{\"b\":2}\n"},
	{"JSON trailing comma", `{"a":1,}`},
	{"JSON with a comment", "{\"a\":1} # c\n"},
	{"JSON with a comment line first", "# c\n{\"a\":1}\n"},
	{"JSON with a comment inside", "{\n# c\n\"a\":1}\n"},
	{"JSON with a separator first", "---\n{\"a\": 0777}\n"},
	{"flow map that is not JSON", "{a: 1, b: yes}\n"},
	{"flow map, then YAML", "{a: 1}\n---\nb: 2\n"},
	{"JSON array", "[1, 2, 3]\n"},
	{"JSON string", "\"a\"\n"},
	{"JSON null", "null"},
	{"JSON escaped slash and unicode", `{"a":"\/\u00e9\u2028<>&"}`},
	{"JSON lone surrogate", `{"a":"\ud83d"}`},
	{"JSON surrogate pair", `{"a":"\ud83d\ude00"}`},
	{"JSON cut short", `{"a":`},
	{"JSON good, then cut short", "{\"a\":1}\n{\"b\":"},
	{"JSON with words after", "{\"a\":1}\nfoo\n"},
	{"JSON with a tab as indentation", "{\n\t\"a\": 1\n}\n"},
	{"JSON with single quotes", "{'a': 1}\n"},
	{"JSON empty object", "{}"},
	{"JSON two empty objects", "{}{}"},
	{"JSON with NUL", "{\"a\":\"\x00\"}"},
	{"JSON with non-UTF-8", "{\"a\":\"\xff\"}"},
	{"JSON List", `{"apiVersion":"v1","kind":"List","items":[{"b":1,"a":1.0}]}`},
}

// bytesAndBreaks: encodings, byte order marks, line ends, control characters.
func bytesAndBreaks() []input {
	utf16 := func(order string, text string) string {
		var out strings.Builder
		for _, r := range text {
			if order == "le" {
				out.WriteByte(byte(r))
				out.WriteByte(0)
			} else {
				out.WriteByte(0)
				out.WriteByte(byte(r))
			}
		}
		return out.String()
	}
	return []input{
		{"BOM", "\ufeffa: 1\n"},
		{"BOM before a separator", "\ufeff---\na: 1\n"},
		{"BOM before JSON", "\ufeff{\"a\":1}\n"},
		{"BOM before the second document", "a: 1\n---\n\ufeffb: 2\n"},
		{"BOM inside", "a: \ufeffb\n"},
		{"BOM only", "\ufeff"},
		{"BOM before a comment", "\ufeff# c\na: 1\n"},
		{"UTF-16 LE with BOM", "\xff\xfe" + utf16("le", "a: 1\n")},
		{"UTF-16 BE with BOM", "\xfe\xff" + utf16("be", "a: 1\n")},
		{"UTF-16 LE without BOM", utf16("le", "a: 1\n")},
		{"CRLF", "a: 1\r\nb:\r\n- c\r\n"},
		{"CRLF in double quotes", "a: \"x\r\n  y\"\r\n"},
		{"CR alone as a line end", "a: 1\rb: 2\r"},
		{"CR inside a plain scalar", "a: x\r y\n"},
		{"NEL as a line end", "a: 1\u0085b: 2\n"},
		{"line separator U+2028", "a: x\u2028b: y\n"},
		{"line separator in quotes", "a: \"x\u2028y\"\n"},
		{"no-break space", "a:\u00a0b\n"},
		{"no-break space as indentation", "a:\n\u00a0b: 1\n"},
		{"zero-width space", "a: \u200bb\n"},
		{"NUL in a value", "a: x\x00y\n"},
		{"NUL at the end", "a: 1\n\x00"},
		{"NUL in quotes", "a: \"x\x00y\"\n"},
		{"NUL in a comment", "a: 1 # \x00\n"},
		{"bell in a value", "a: x\x07y\n"},
		{"escape in a value", "a: x\x1by\n"},
		{"DEL in a value", "a: x\x7fy\n"},
		{"C1 control in a value", "a: x\u0080y\n"},
		{"form feed", "a: 1\n\fb: 2\n"},
		{"lone byte ff", "a: \xff\n"},
		{"lone byte 80", "a: x\x80y\n"},
		{"overlong slash", "a: \xc0\xaf\n"},
		{"surrogate in UTF-8", "a: \xed\xa0\x80\n"},
		{"cut-off sequence", "a: \xe2\x82"},
		{"Latin-1 é", "a: caf\xe9\n"},
		{"non-UTF-8 in a comment", "# \xff\na: 1\n"},
		{"non-UTF-8 in the second document", "a: 1\n---\nb: \xff\n"},
		{"U+FFFE", "a: \ufffe\n"},
		{"U+FFFF", "a: \uffff\n"},
		{"U+10FFFF", "a: \U0010ffff\n"},
		{"emoji key", "\U0001F600: 1\n"},
		{"no newline at the end", "a: 1"},
		{"many newlines at the end", "a: 1\n\n\n\n"},
		{"spaces at line ends", "a: 1   \nb:   \n  c: 2  \n"},
	}
}

// aliases: how much aliasing is too much.
func aliases() []input {
	bomb := func(levels, width int) string {
		var out strings.Builder
		fmt.Fprintf(&out, "l0: &l0 [%s]\n", strings.TrimSuffix(strings.Repeat("x,", width), ","))
		for i := 1; i <= levels; i++ {
			fmt.Fprintf(&out, "l%d: &l%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*l%d,", i-1), width), ","))
		}
		return out.String()
	}
	many := func(count int) string {
		var out strings.Builder
		out.WriteString("a: &a {x: 1, y: [1, 2, 3]}\nl:\n")
		for i := 0; i < count; i++ {
			out.WriteString("- *a\n")
		}
		return out.String()
	}
	return []input{
		{"alias bomb 2 levels of 9", bomb(2, 9)},
		{"alias bomb 3 levels of 9", bomb(3, 9)},
		{"alias bomb 4 levels of 9", bomb(4, 9)},
		{"alias bomb 5 levels of 9", bomb(5, 9)},
		{"alias bomb 8 levels of 9", bomb(8, 9)},
		{"alias bomb 20 levels of 2", bomb(20, 2)},
		{"90 aliases of a small map", many(90)},
		{"150 aliases of a small map", many(150)},
		{"1000 aliases of a small map", many(1000)},
	}
}

type longInput struct {
	name   string
	repeat repeat
}

// longInputs are regular, so they are kept as a pattern: deep nesting and size.
func longInputs() []longInput {
	return []longInput{
		{"flow nesting 100", repeat{Prefix: "v: ", Part: "[", Count: 100, Close: "]", Suffix: "\n"}},
		{"flow nesting 5000", repeat{Prefix: "v: ", Part: "[", Count: 5000, Close: "]", Suffix: "\n"}},
		{"flow nesting 9990", repeat{Prefix: "v: ", Part: "[", Count: 9990, Close: "]", Suffix: "\n"}},
		{"flow nesting 10001", repeat{Prefix: "v: ", Part: "[", Count: 10001, Close: "]", Suffix: "\n"}},
		{"flow map nesting 5000", repeat{Prefix: "v: ", Part: "{a: ", Count: 5000, Middle: "1", Close: "}", Suffix: "\n"}},
		{"dash nesting 5000", repeat{Part: "- ", Count: 5000, Middle: "a\n"}},
		{"dash nesting 10001", repeat{Part: "- ", Count: 10001, Middle: "a\n"}},
		{"JSON nesting 5000", repeat{Prefix: "{\"a\":", Part: "[", Count: 5000, Close: "]", Suffix: "}"}},
		{"JSON nesting 10001", repeat{Prefix: "{\"a\":", Part: "[", Count: 10001, Close: "]", Suffix: "}"}},
		{"flow never closed, 20000 deep", repeat{Part: "[", Count: 20000}},
		{"key of 2000 characters", repeat{Part: "k", Count: 2000, Middle: ": v\n"}},
		{"explicit key of 2000 characters", repeat{Prefix: "? ", Part: "k", Count: 2000, Middle: "\n: v\n"}},
		{"quoted key of 2000 characters", repeat{Prefix: "\"", Part: "k", Count: 2000, Middle: "\": v\n"}},
		{"value of 100000 characters", repeat{Prefix: "a: ", Part: "v", Count: 100000, Middle: "\n"}},
		{"2000 aliases of a scalar", repeat{Prefix: "a: &a 1\nl:\n", Part: "- *a\n", Count: 2000}},
		{"500000 aliases of a scalar", repeat{Prefix: "a: &a 1\nl:\n", Part: "- *a\n", Count: 500000}},
		{"JSON after 5000 blanks", repeat{Part: " ", Count: 5000, Middle: "{\"a\": 1.0}"}},
		{"comment of 5000 lines, then a document", repeat{Part: "# c\n", Count: 5000, Middle: "a: 1\n"}},
	}
}
