package main

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"netpol-migrate.dev/vectors/recorder/world"
)

// Hand-written worlds are kept short: `NP(p/db): {...}` stands for a whole
// document with that spec, `Doc(1): {...}` is one already. All have the namespaces and pods of base.go.
//
//go:embed worlds/*.yaml
var worlds embed.FS

// short forms of apiVersion and kind.
var short = map[string][2]string{
	"NP": {"projectcalico.org/v3", "NetworkPolicy"}, "GNP": {"projectcalico.org/v3", "GlobalNetworkPolicy"},
	"CNP": {"crd.projectcalico.org/v1", "NetworkPolicy"}, "CGNP": {"crd.projectcalico.org/v1", "GlobalNetworkPolicy"},
	"CTier":   {"crd.projectcalico.org/v1", "Tier"},
	"KNP":     {"networking.k8s.io/v1", "NetworkPolicy"},
	"Service": {"v1", "Service"}, "EndpointSlice": {"discovery.k8s.io/v1", "EndpointSlice"},
}

var (
	title = regexp.MustCompile(`(?m)^--- # ([A-Za-z0-9-]+): (.*)$`)
	head  = regexp.MustCompile(`^([A-Za-z]+)\((?:([a-z0-9-]+)/)?([a-z0-9.-]+)(?:; ([^)]*))?\)$`)
)

func (r *recorder) handwritten(flows int) ([]world.World, error) {
	files, err := worlds.ReadDir("worlds")
	if err != nil {
		return nil, err
	}
	var out []world.World
	for _, f := range files {
		text, err := worlds.ReadFile("worlds/" + f.Name())
		if err != nil {
			return nil, err
		}
		marks := title.FindAllStringSubmatchIndex(string(text), -1)
		for i, m := range marks {
			end := len(text)
			if i+1 < len(marks) {
				end = marks[i+1][0]
			}
			name, note := string(text[m[2]:m[3]]), string(text[m[4]:m[5]])
			manifests, err := expand(string(text[m[1]:end]))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			w := &world.World{Name: strings.TrimSuffix(f.Name(), ".yaml") + "/" + name, Seed: int64(i), Note: note,
				Manifests: baseManifests + manifests, Pods: basePods()}
			if w, err = r.one(w, flows, false); err != nil {
				return nil, err
			}
			out = append(out, *w)
		}
	}
	return out, nil
}

// expand writes the documents of a short form, in the order of the text.
func expand(body string) (string, error) {
	var parsed map[string]object
	if err := yaml.UnmarshalStrict([]byte(body), &parsed); err != nil {
		return "", err
	}
	keys := sortedKeys(parsed)
	slices.SortStableFunc(keys, func(a, b string) int { return strings.Index(body, a) - strings.Index(body, b) })
	var docs []string
	for _, key := range keys {
		m := head.FindStringSubmatch(key)
		if m == nil {
			return "", fmt.Errorf("head %q", key)
		}
		if m[1] == "Doc" { // a whole document
			text, err := yaml.Marshal(parsed[key])
			if err != nil {
				return "", err
			}
			docs = append(docs, string(text))
			continue
		}
		kind, ok := short[m[1]]
		if !ok {
			kind = [2]string{"projectcalico.org/v3", m[1]}
		}
		meta := object{"name": m[3]}
		if m[2] != "" {
			meta["namespace"] = m[2]
		}
		if m[4] != "" {
			label, value, _ := strings.Cut(m[4], "=")
			meta["labels"] = object{label: value}
		}
		d := object{"apiVersion": kind[0], "kind": kind[1], "metadata": meta}
		if kind[1] == "EndpointSlice" {
			for k, v := range parsed[key] {
				d[k] = v
			}
		} else {
			d["spec"] = parsed[key]
		}
		text, err := yaml.Marshal(d)
		if err != nil {
			return "", err
		}
		docs = append(docs, string(text))
	}
	return strings.Join(docs, "---\n"), nil
}
