package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"sigs.k8s.io/yaml"
)

type object = map[string]any

// document is one YAML document of a world's manifests.
type document struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name      string            `json:"name"`
		Namespace string            `json:"namespace"`
		Labels    map[string]string `json:"labels"`
	} `json:"metadata"`
	raw []byte // as JSON
}

// into fills a typed object, as the API server would: unknown fields fall away.
func (d *document) into(obj any) error { return json.Unmarshal(d.raw, obj) }

func (d *document) object() object {
	var o object
	if err := json.Unmarshal(d.raw, &o); err != nil {
		panic(err)
	}
	return o
}

func (d *document) isPolicy() bool {
	switch d.Kind {
	case "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy":
		return true
	case "NetworkPolicy":
		return strings.HasPrefix(d.APIVersion, "networking.k8s.io/")
	}
	return false
}

func documentOf(o object) (*document, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	d := &document{raw: raw}
	return d, json.Unmarshal(raw, d)
}

// split reads the documents of a YAML text with the parser that kubectl has.
func split(manifests string) ([]*document, error) {
	var out []*document
	for i, text := range strings.Split("\n"+manifests, "\n---") {
		if strings.TrimSpace(text) == "" {
			continue
		}
		raw, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", i, err)
		}
		d := &document{raw: raw}
		if err := json.Unmarshal(raw, d); err != nil {
			return nil, fmt.Errorf("document %d: %w", i, err)
		}
		out = append(out, d)
	}
	return out, nil
}
