package main

import (
	"regexp"
	"strings"
)

var (
	numeric = regexp.MustCompile(`^[0-9]+$`)
	quoted  = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	shapes  = []struct {
		name string
		form *regexp.Regexp
	}{
		{"==", regexp.MustCompile(`==`)}, {"!=", regexp.MustCompile(`!=`)},
		{"in", regexp.MustCompile(`[^t] +in +\{|[^t ]+ in\{`)}, {"not in", regexp.MustCompile(`not +in|notin`)},
		{"has()", regexp.MustCompile(`(^|[^!])has\(`)}, {"!has()", regexp.MustCompile(`!has\(`)},
		{"contains", regexp.MustCompile(` contains `)}, {"starts with", regexp.MustCompile(`starts ?with`)},
		{"ends with", regexp.MustCompile(`ends ?with`)}, {"&&", regexp.MustCompile(`&&`)}, {"||", regexp.MustCompile(`\|\|`)},
		{"!( )", regexp.MustCompile(`!\(`)}, {"all()", regexp.MustCompile(`all\(`)},
		{"projectcalico.org/namespace", regexp.MustCompile(`projectcalico.org/namespace`)},
		{"projectcalico.org/serviceaccount", regexp.MustCompile(`projectcalico.org/serviceaccount`)},
		{"pcns.", regexp.MustCompile(`pcns\.`)},
	}
)

// operators names what a selector uses.
func operators(selector string) []string {
	bare := quoted.ReplaceAllString(selector, `""`)
	var out []string
	for _, s := range shapes {
		if s.form.MatchString(bare) {
			out = append(out, s.name)
		}
	}
	if strings.Contains(selector, `""`) || strings.Contains(selector, `''`) {
		out = append(out, "an empty value")
	}
	return out
}

func namespaceForm(s string) string {
	switch {
	case strings.Contains(s, "global("):
		return "global()"
	case s == "all()":
		return "all()"
	case strings.Contains(s, "projectcalico.org/name"), strings.Contains(s, "metadata.name"):
		return "by name"
	case strings.Contains(s, "!"), strings.Contains(s, "not"):
		return "negative"
	}
	return "by label"
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
