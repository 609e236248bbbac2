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

// Hand-written worlds are kept short: `CNP(ns/p): {...}` stands for a whole document with that spec,
// `Doc(1): {...}` is one already, `Config: {...}` changes keys of cilium-config, `Names: {...}` says what
// names were seen to have which addresses. All have the namespaces, nodes and pods of base.go.
//
//go:embed worlds/*.yaml
var worlds embed.FS

// short forms of apiVersion and kind.
var short = map[string][2]string{
	"CNP":   {"cilium.io/v2", "CiliumNetworkPolicy"},
	"CCNP":  {"cilium.io/v2", "CiliumClusterwideNetworkPolicy"},
	"KNP":   {"networking.k8s.io/v1", "NetworkPolicy"},
	"Group": {"cilium.io/v2", "CiliumCIDRGroup"}, "GroupOld": {"cilium.io/v2alpha1", "CiliumCIDRGroup"},
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
			w := &world.World{Name: strings.TrimSuffix(f.Name(), ".yaml") + "/" + name, Seed: int64(i), Note: note,
				Pods: basePods(), Externals: baseExternals()}
			if err := expand(w, string(text[m[1]:end])); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if w, err = r.one(w, flows, false); err != nil {
				return nil, err
			}
			out = append(out, *w)
		}
	}
	return out, nil
}

// expand writes the documents of a short form, in the order of the text, behind those of every world.
func expand(w *world.World, body string) error {
	var parsed map[string]object
	if err := yaml.UnmarshalStrict([]byte(body), &parsed); err != nil {
		return err
	}
	keys := sortedKeys(parsed)
	slices.SortStableFunc(keys, func(a, b string) int { return strings.Index(body, a) - strings.Index(body, b) })
	config := object{"enable-ipv4": "true", "enable-ipv6": "true", "cluster-name": "default", "policy-default-local-cluster": "true"}
	var docs []string
	for _, key := range keys {
		switch key {
		case "Config":
			for k, v := range parsed[key] {
				config[k] = v
			}
			continue
		case "Names":
			w.Names = map[string][]string{}
			for name, ips := range parsed[key] {
				for _, ip := range ips.([]any) {
					w.Names[name] = append(w.Names[name], ip.(string))
				}
			}
			continue
		}
		text, err := written(key, parsed[key])
		if err != nil {
			return err
		}
		docs = append(docs, text)
	}
	text, err := yaml.Marshal(object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": object{"name": "cilium-config", "namespace": "kube-system"}, "data": config})
	if err != nil {
		return err
	}
	w.Manifests = strings.Join(append([]string{baseManifests + string(text)}, docs...), "---\n")
	if config["enable-ipv6"] == "false" {
		singleStack(w)
	}
	return nil
}

// singleStack takes the addresses of IPv6 away.
func singleStack(w *world.World) {
	w.Pods = slices.DeleteFunc(w.Pods, func(p world.Pod) bool { return strings.Contains(p.Addresses[0], ":") })
	for i := range w.Pods {
		w.Pods[i].Addresses = w.Pods[i].Addresses[:1]
	}
	w.Externals = slices.DeleteFunc(w.Externals, func(x world.External) bool { return strings.Contains(x.Address, ":") })
}

// written is one document of a short form.
func written(key string, body object) (string, error) {
	m := head.FindStringSubmatch(key)
	if m == nil {
		return "", fmt.Errorf("head %q", key)
	}
	if m[1] == "Doc" { // a whole document
		text, err := yaml.Marshal(body)
		return string(text), err
	}
	kind, ok := short[m[1]]
	if !ok {
		return "", fmt.Errorf("kind %q", m[1])
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
		for k, v := range body {
			d[k] = v
		}
	} else {
		d["spec"] = body
	}
	text, err := yaml.Marshal(d)
	return string(text), err
}
