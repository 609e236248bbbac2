package main

import (
	"slices"
	"strings"

	"github.com/cilium/cilium/pkg/policy"
)

// A flow that goes to a proxy is allowed for sure only if its rules let everything through, or if another
// rule allows it anyway: L7 rules of one port add up, and one without any lets all requests through. Names in
// TLS and authentication do not add up so, and flows that meet one stay undecided.

// addsUp says whether a rule without L7 parts lifts what this one refuses.
func addsUp(p *policy.PerSelectorPolicy) bool { return len(p.ServerNames) == 0 }

// withoutProxies takes L7 parts that refuse nothing out of their entries, and those entries out that are
// left with some.
func withoutProxies(docs []*document) ([]*document, error) {
	var out []*document
	for _, d := range docs {
		if !strings.HasPrefix(d.Kind, "Cilium") || !d.isPolicy() {
			out = append(out, d)
			continue
		}
		o := d.object()
		var specs []object
		if spec, ok := o["spec"].(object); ok {
			specs = append(specs, spec)
		}
		more, _ := o["specs"].([]any)
		for _, spec := range more {
			if spec, ok := spec.(object); ok {
				specs = append(specs, spec)
			}
		}
		for _, spec := range specs {
			for _, list := range lists {
				elements, _ := spec[list].([]any)
				for _, e := range elements {
					if e, ok := e.(object); ok {
						plainPorts(e)
					}
				}
			}
		}
		changed, err := documentOf(o)
		if err != nil {
			return nil, err
		}
		out = append(out, changed)
	}
	return out, nil
}

func plainPorts(e object) {
	entries, _ := e["toPorts"].([]any)
	for i, entry := range entries {
		entry, ok := entry.(object)
		if !ok {
			continue
		}
		proxied := entry["serverNames"] != nil || entry["listener"] != nil || entry["terminatingTLS"] != nil || entry["originatingTLS"] != nil
		rules, _ := entry["rules"].(object)
		for kind, v := range rules {
			list, _ := v.([]any)
			refusesNothing := len(list) == 0 && kind != "l7proto" || slices.ContainsFunc(list, func(r any) bool {
				rule, ok := r.(object)
				return ok && (kind == "http" && len(rule) == 0 || kind == "dns" && rule["matchPattern"] == "*")
			})
			proxied = proxied || !refusesNothing
		}
		delete(entry, "rules")
		if proxied {
			entries[i] = object{}
		}
	}
}
