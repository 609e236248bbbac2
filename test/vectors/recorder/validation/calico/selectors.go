package main

import (
	"strings"

	"github.com/projectcalico/calico/libcalico-go/lib/selector"
)

type recordedSelector struct {
	Selector string `json:"selector"`
	Accepted bool   `json:"accepted"`
	Error    string `json:"error,omitempty"`
	// Canonical is the text that Calico makes of it.
	Canonical string `json:"canonical,omitempty"`
	// Matches has a 1 for each of the label maps that the selector matches.
	Matches string `json:"matches,omitempty"`
}

// labelMaps are the endpoints that each accepted selector is asked about.
var labelMaps = []map[string]string{
	{},
	{"a": "x"},
	{"a": "y"},
	{"a": ""},
	{"b": "y"},
	{"a": "x", "b": "y"},
	{"a": "y", "b": "y"},
	{"a": "x", "b": "y", "c": "z"},
	{"a": "X", "A": "x"},
	{"a": "axb", "b": "", "c": "z"},
	{"a": "it's", "has": "1", "all": "", "in": "in", "not": "x", "contains": "x"},
	{"app.kubernetes.io/name": "x", "projectcalico.org/namespace": "p", "1": "1", "-": "x", "a b": "x"},
	{"a": "x\ny", "b": "x y", "c": "\"q\""},
	{"a": "xx", "b": "ax", "c": "é"},
}

func recordSelectors() []any {
	var recorded []any
	seen := map[string]bool{}
	for _, text := range selectorTexts() {
		if seen[text] {
			continue
		}
		seen[text] = true
		one := recordedSelector{Selector: text}
		parsed, err := selector.Parse(text)
		if err != nil {
			one.Error = err.Error()
			recorded = append(recorded, one)
			continue
		}
		one.Accepted = true
		one.Canonical = parsed.String()
		var matches strings.Builder
		for _, labels := range labelMaps {
			if parsed.Evaluate(labels) {
				matches.WriteByte('1')
			} else {
				matches.WriteByte('0')
			}
		}
		one.Matches = matches.String()
		recorded = append(recorded, one)
	}
	return recorded
}

func selectorTexts() []string {
	texts := []string{
		// the whole
		"", " ", "\t", "\n", "all()", "all( )", "all(\t)", " all() ", "!all()", "!!all()", "global()", "global( )", "!global()", "all() && a == \"x\"", "global() || a == \"x\"", "all", "ALL()", "All()", "all ()", "all(a)", "any()", "none()", "all()all()", "all() all()",
		// comparison
		"a == \"x\"", "a=='x'", "a  ==  'x'", "a\t==\t'x'", "a == 'x' ", " a == 'x'", "a != 'x'", "a!='x'", "a = 'x'", "a='x'", "a === 'x'", "a =~ 'x'", "a <> 'x'", "a ! = 'x'", "a !='x'", "a == \"\"", "a == ''", "a != ''", "a == 'it''s'", "a == \"it's\"", "a == 'say \"x\"'", "a == \"x'", "a == 'x", "a == x'", "a == x", "a == 1", "a == true",
		"a == \"x\\\"y\"", "a == 'x\\'y'", "a == \"x\\ny\"", "a == \"x\ny\"", "a == 'x\ny'", "a == \"x\ty\"", "a == 'é'", "a == \"x y\"", "a == \" x\"", "a == 'x'\n", "\na == 'x'", "a\n== 'x'", "a ==\n'x'", "a == 'x'\r", "a == 'x'\u00a0", "a == ‘x’", "a == “x”", "a == `x`", "a == 'x';", "a == 'x',", "'x' == a", "\"a\" == \"x\"", "a == b == 'x'", "a == 'x' 'y'", "a == ('x')", "(a) == 'x'",
		"a", "a ==", "== 'x'", "a !=", "a 'x'", "a == 'x' a", "A == 'x'", "1 == '1'", "- == 'x'", ". == 'x'", "/ == 'x'", "_ == 'x'", "a-b == 'x'", "a.b/c_d-e == 'x'", "app.kubernetes.io/name == 'x'", "a//b == 'x'", "a:b == 'x'", "a b == 'x'", "a@b == 'x'", "é == 'x'", "a+b == 'x'", "a* == 'x'", "\\a == 'x'", "$a == 'x'",
		// has
		"has(a)", "has( a )", "has(\ta\t)", "has (a)", "has(a", "has a", "has()", "has( )", "has(\"a\")", "has('a')", "has(a b)", "has(a,b)", "has(a) has(b)", "!has(a)", "! has(a)", "!!has(a)", "!!!has(a)", "! ! has(a)", "not has(a)", "has(app.kubernetes.io/name)", "has(1)", "has(-)", "has(has)", "has(all)", "HAS(a)", "Has(a)", "has(a)=='x'", "has == '1'", "all == ''", "has != 'x'", "has(a).", "has(é)",
		// sets
		"a in {'x'}", "a in {'x','y'}", "a in { 'x' , 'y' }", "a in {'x' 'y'}", "a in {'x',}", "a in {'x',,'y'}", "a in {,'x'}", "a in {,}", "a in {}", "a in { }", "a in {\"x\",'y'}", "a in {x}", "a in 'x'", "a in ('x')", "a in ['x']", "a in {'x'", "a in 'x'}", "a in{'x'}", "a  in  {'x'}", "a\tin\t{'x'}", "a in {'x', 'x'}", "a in {'y','x'}", "a in {'', 'x'}", "a in {\n'x'}", "a IN {'x'}", "a In {'x'}",
		"a not in {'x'}", "a not in{'x'}", "a notin {'x'}", "a notin{'x'}", "a not  in {'x'}", "a not\tin {'x'}", "a not\nin {'x'}", "a not in {}", "a not in {'x','y'}", "a NOT IN {'x'}", "a not {'x'}", "a not == 'x'", "a !in {'x'}", "a ! in {'x'}", "!a in {'x'}", "! a in {'x'}", "not a in {'x'}", "a nin {'x'}", "in in {'in'}", "not in {'x'}", "not not in {'x'}", "in == 'in'", "not == 'x'", "a in {'é'}", "a in {\"it's\"}",
		// contains, starts, ends
		"a contains 'x'", "a contains \"x\"", "a contains'x'", "a  contains  'x'", "a contains ''", "a contains x", "a contains", "a Contains 'x'", "contains contains 'x'", "!a contains 'x'", "!(a contains 'x')", "a not contains 'x'", "a starts with 'x'", "a starts with'x'", "a starts  with 'x'", "a starts\twith 'x'", "a startswith 'x'", "a startsWith 'x'", "a starts 'x'", "a starts_with 'x'", "a starts with ''", "!(a starts with 'x')", "a ends with 'x'", "a ends with\"x\"", "a endswith 'x'", "a endsWith 'x'", "a ends with ''", "a end with 'x'", "a containsx 'x'", "a contains 'x' && b ends with 'y'", "starts starts with 'x'", "a starts with {'x'}", "a contains {'x'}",
		// boolean operators
		"a == 'x' && b == 'y'", "a=='x'&&b=='y'", "a == 'x' & b == 'y'", "a == 'x' &&& b == 'y'", "a == 'x' and b == 'y'", "a == 'x' AND b == 'y'", "a == 'x', b == 'y'", "a == 'x' || b == 'y'", "a=='x'||b=='y'", "a == 'x' | b == 'y'", "a == 'x' or b == 'y'", "a == 'x' && b == 'y' || c == 'z'", "a == 'x' || b == 'y' && c == 'z'", "(a == 'x' || b == 'y') && c == 'z'", "a == 'x' && (b == 'y' || c == 'z')", "a == 'x' && b == 'y' && c == 'z'", "a == 'x' || b == 'y' || c == 'z'",
		"(a == 'x')", "((a == 'x'))", "( a == 'x' )", "(a == 'x'", "a == 'x')", "()", "( )", "(", ")", "!", "!!", "&&", "||", "a == 'x' &&", "&& a == 'x'", "a == 'x' ||", "|| a == 'x'", "a == 'x' && && b == 'y'", "a == 'x' && ! b == 'y'", "a == 'x' && !b == 'y'", "!a == 'x'", "! a == 'x'", "!(a == 'x')", "!(a == 'x' && b == 'y')", "!(a == 'x' || b == 'y')", "!a == 'x' && b == 'y'", "!a == 'x' || b == 'y'", "!(!(a == 'x'))", "!!(a == 'x')", "!has(a) || a == 'x'", "has(a) && a != 'x'", "has(a) && !has(a)", "a != 'x' || a != 'y'", "a != 'x' && a != 'y'", "a == 'x' && a == 'y'", "a == 'x' &&\nb == 'y'", "a == 'x'\n&& b == 'y'", "a == 'x' &&\r\nb == 'y'", "(has(a)) && (has(b))", "(has(a) && has(b)) || (has(c))", "a == 'x' (b == 'y')", "(a == 'x')(b == 'y')", "!(has(a))has(b)", "a in {'x'} && b not in {'y'}", "((a == 'x' && b == 'y') && c == 'z')", "a == 'x' && (b == 'y' && c == 'z')", "(a == 'x' || (b == 'y' || c == 'z'))", "!(has(a) && !has(b))",
		// other languages
		"a=x,b=y", "a in (x,y)", "a,!b", "matchLabels", "{\"a\":\"x\"}", "a: x", "env in {\"prod\", \"dev\"} && tier != 'db'", "k8s:app == 'x'", "*", "**", "a == *", "a == 'x*'", "true", "false", "1", "'x'", "# a", "a == 'x' # b", "/* a */ a == 'x'", "a == \"x\" && (", "role == 'web' \\\n && b == 'y'",
		// names that Calico gives
		"projectcalico.org/namespace == \"p\"", "projectcalico.org/namespace != \"p\"", "has(projectcalico.org/namespace)", "projectcalico.org/orchestrator == \"k8s\"", "pcns.team == \"x\"", "projectcalico.org/name == 'p'", "kubernetes.io/metadata.name == 'p'", "projectcalico.org/serviceaccount == \"sa\"",
	}
	long := strings.Repeat("k", 512)
	texts = append(texts,
		long+" == 'x'", long+"k == 'x'", "has("+long+")", "has("+long+"k)",
		"a == '"+strings.Repeat("v", 2000)+"'",
		strings.Repeat("!", 101)+"has(a)", strings.Repeat("(", 60)+"has(a)"+strings.Repeat(")", 60),
		"a in {"+strings.TrimSuffix(strings.Repeat("'x',", 200), ",")+"}",
	)
	return texts
}
