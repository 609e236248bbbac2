package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"sigs.k8s.io/yaml"
)

// document is one YAML document of a world's manifests.
type document struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
	raw []byte // as JSON
}

func (d *document) String() string {
	return fmt.Sprintf("%s %s %s/%s", d.APIVersion, d.Kind, d.Metadata.Namespace, d.Metadata.Name)
}

// into fills a typed object, as the API server would: unknown fields fall away.
func (d *document) into(obj any) error { return json.Unmarshal(d.raw, obj) }

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
