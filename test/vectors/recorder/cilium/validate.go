package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	ciliumv2 "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
)

// verdict is what one of the two gates says of a document.
type gate struct {
	Accepted bool   `json:"accepted"`
	Error    string `json:"error,omitempty"`
}

// validated is a document with the answers of both: the API server with Cilium's schema, and the agent's own
// check, which is asked about the document as it is written even where the schema refuses it.
type validated struct {
	Name  string `json:"name"`
	Text  string `json:"text"`
	CRD   gate   `json:"crd"`
	Agent *gate  `json:"agent,omitempty"` // absent for kinds that are no policy
	// Unknown fields are pruned, or refused where strictness is asked for, as kubectl does.
	Unknown []string `json:"unknown,omitempty"`
}

func validate(args []string) error {
	flags := flag.NewFlagSet("validate", flag.ContinueOnError)
	out := flags.String("out", "", "file to write")
	date := flags.String("date", "", "day of the recording, YYYY-MM-DD")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *out == "" || *date == "" {
		return fmt.Errorf("validate needs -out and -date")
	}
	if _, err := configure(nil); err != nil {
		return err
	}
	var cases []validated
	accepted := 0
	seen := map[string]bool{}
	for _, t := range allTexts() {
		if seen[t.name] {
			return fmt.Errorf("two cases are called %q", t.name)
		}
		seen[t.name] = true
		one, err := ask(t)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		if one.CRD.Accepted && (one.Agent == nil || one.Agent.Accepted) {
			accepted++
		}
		cases = append(cases, *one)
	}
	var text bytes.Buffer
	engine := engineOf()
	head, err := compact(map[string]string{engine.Module: engine.Version})
	if err != nil {
		return err
	}
	fmt.Fprintf(&text, "{\"engine\":%s,\"recorded\":%q,\n\"cases\":[\n", head, *date)
	for i, one := range cases {
		line, err := compact(one)
		if err != nil {
			return err
		}
		text.Write(line)
		if i < len(cases)-1 {
			text.WriteByte(',')
		}
		text.WriteByte('\n')
	}
	text.WriteString("]}\n")
	fmt.Fprintf(os.Stderr, "%d documents, %d accepted by both\n", len(cases), accepted)
	return os.WriteFile(*out, text.Bytes(), 0o644)
}

func compact(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

func gateOf(err error) gate {
	if err == nil {
		return gate{Accepted: true}
	}
	// Errors that join what maps hold come in any order.
	lines := strings.Split(err.Error(), "\n")
	slices.Sort(lines)
	return gate{Error: settled(strings.Join(lines, "\n"))}
}

func ask(t text) (*validated, error) {
	out := &validated{Name: t.name, Text: t.text}
	docs, err := split(t.text)
	if err != nil {
		out.CRD = gateOf(err)
		return out, nil
	}
	if len(docs) != 1 {
		return nil, fmt.Errorf("%d documents", len(docs))
	}
	d := docs[0]
	_, err = throughSchema(d)
	out.CRD = gateOf(err)
	if _, version, ok := strings.Cut(d.APIVersion, "/"); ok {
		if c, err := crdOf(d.Kind, version); err == nil {
			pruned := pruning.PruneWithOptions(d.object(), c.structural, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
			slices.Sort(pruned)
			out.Unknown = pruned
		}
	}
	if d.Kind == "CiliumNetworkPolicy" || d.Kind == "CiliumClusterwideNetworkPolicy" {
		g := gateOf(agentCheck(d))
		// The pair that is named first is a matter of chance.
		if strings.Contains(g.Error, "combining ") && !strings.Contains(g.Error, "ToPorts") {
			g.Error = "combining kinds of peers is not supported yet"
		}
		out.Agent = &g
	}
	return out, nil
}

func agentCheck(d *document) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the agent panics: %v", r)
		}
	}()
	var cnp ciliumv2.CiliumNetworkPolicy
	if err := d.into(&cnp); err != nil {
		return err
	}
	if d.Kind == "CiliumNetworkPolicy" && cnp.Namespace == "" {
		cnp.Namespace = "default" // kubectl fills it in
	}
	_, err = cnp.Parse(quiet, "")
	return err
}
