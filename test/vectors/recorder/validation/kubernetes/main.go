// Command kubernetes records which NetworkPolicies the API server accepts, why it
// refuses the others, and what it stores of the accepted ones.
//
// Each text goes the way it goes in a cluster: kubectl's YAML reader, the API server's
// decoder in both of its settings (strict, which is what kubectl asks for, and the plain
// one, which prunes unknown fields), defaulting, and the checks of a create request.
// Nothing here judges anything by itself.
//
// The feature gate StrictIPCIDRValidation decides about sloppy addresses and is on by
// default since Kubernetes 1.36, so every text is judged with it on and off; the answer
// without it is kept where it differs.
//
// recorder/record-validation.sh runs it.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
)

const strictCIDRs = "StrictIPCIDRValidation"

// problem is one reason of a refusal. Field is empty where the server names none.
type problem struct {
	Stage string `json:"stage"` // yaml, decode, strict or validation
	Type  string `json:"type,omitempty"`
	Field string `json:"field,omitempty"`
	Text  string `json:"text"`
}

type repeat struct {
	Prefix string `json:"prefix"`
	Part   string `json:"part"`
	Count  int    `json:"count"`
	Suffix string `json:"suffix"`
}

type answer struct {
	Accepted bool            `json:"accepted"`
	Errors   []problem       `json:"errors,omitempty"`
	Warnings []string        `json:"warnings,omitempty"`
	Spec     json.RawMessage `json:"spec,omitempty"` // as stored: defaulted, empty lists gone
}

type recordedCase struct {
	Name string `json:"name"`
	Text string `json:"text,omitempty"`
	// Repeated stands for Text where that is long: prefix, part times count, suffix.
	Repeated *repeat `json:"textRepeated,omitempty"`
	answer
	// Pruned is the spec that a server stores when strictness was not asked for and
	// only unknown or duplicate fields stood in the way.
	Pruned json.RawMessage `json:"prunedSpec,omitempty"`
	// LegacyCIDRs is the answer with StrictIPCIDRValidation off, where it differs.
	LegacyCIDRs *answer `json:"legacyCIDRs,omitempty"`
}

func main() {
	out := flag.String("out", "", "file to write; standard output if absent")
	date := flag.String("date", "", "day of the recording, YYYY-MM-DD")
	flag.Parse()

	all := allPolicies()
	recorded := make([]recordedCase, 0, len(all))
	seen := map[string]bool{}
	for _, policy := range all {
		if seen[policy.name] {
			fail(fmt.Errorf("two cases are called %q", policy.name))
		}
		seen[policy.name] = true
		setGate(true)
		one := recordedCase{Name: policy.name, Text: policy.text}
		if one.Repeated = shorten(policy.text); one.Repeated != nil {
			one.Text = ""
		}
		one.answer, one.Pruned = judge(policy.text)
		setGate(false)
		if legacy, _ := judge(policy.text); !same(legacy, one.answer) {
			one.LegacyCIDRs = &legacy
		}
		recorded = append(recorded, one)
	}

	text, err := encode(map[string]any{
		"k8s.io/kubernetes": moduleVersion("k8s.io/kubernetes"),
		"gates":             map[string]bool{strictCIDRs: true},
	}, *date, recorded)
	if err != nil {
		fail(err)
	}
	if *out == "" {
		os.Stdout.Write(text)
	} else if err := os.WriteFile(*out, text, 0o644); err != nil {
		fail(err)
	}
	accepted := 0
	for _, one := range recorded {
		if one.Accepted {
			accepted++
		}
	}
	fmt.Fprintf(os.Stderr, "%d policies, %d accepted\n", len(recorded), accepted)
}

func setGate(on bool) {
	if err := utilfeature.DefaultMutableFeatureGate.Set(fmt.Sprintf("%s=%t", strictCIDRs, on)); err != nil {
		fail(err)
	}
}

// judge gives the answer to a strict request, and the spec that a plain one would store.
func judge(text string) (result answer, pruned json.RawMessage) {
	raw, err := firstDocument(text)
	if err != nil {
		return refused(problem{Stage: "yaml", Text: err.Error()}), nil
	}

	info, ok := runtime.SerializerInfoForMediaType(legacyscheme.Codecs.SupportedMediaTypes(), runtime.ContentTypeJSON)
	if !ok {
		fail(errors.New("no JSON serializer"))
	}
	internal := schema.GroupVersion{Group: networking.GroupName, Version: runtime.APIVersionInternal}
	object, _, err := legacyscheme.Codecs.DecoderToVersion(info.StrictSerializer, internal).Decode(raw, nil, nil)
	var strict []problem
	if err != nil {
		strictErr, isStrict := runtime.AsStrictDecodingError(err)
		if !isStrict {
			return refused(problem{Stage: "decode", Text: err.Error()}), nil
		}
		for _, one := range strictErr.Errors() {
			strict = append(strict, problem{Stage: "strict", Text: one.Error()})
		}
	}
	policy, ok := object.(*networking.NetworkPolicy)
	if !ok {
		return refused(problem{Stage: "decode", Text: fmt.Sprintf("it is a %T", object)}), nil
	}

	// kubectl fills the namespace in; the request carries it.
	if policy.Namespace == "" {
		policy.Namespace = "default"
	}
	ctx := genericapirequest.WithNamespace(context.Background(), policy.Namespace)
	ctx = genericapirequest.WithRequestInfo(ctx, &genericapirequest.RequestInfo{
		IsResourceRequest: true, Verb: "create", APIGroup: networking.GroupName, APIVersion: "v1", Resource: "networkpolicies",
	})
	// As the registry's create does before it checks.
	rest.FillObjectMetaSystemFields(policy)
	if policy.GenerateName != "" && policy.Name == "" {
		policy.Name = policy.GenerateName + "x7k2p"
	}
	problems := problemsOf(rest.BeforeCreate(networkpolicy.Strategy, ctx, policy))
	var warnings []string
	if len(problems) == 0 {
		warnings = networkpolicy.Strategy.WarningsOnCreate(ctx, policy)
		result.Spec = storedSpec(policy)
	}
	if len(strict) > 0 {
		return answer{Errors: append(strict, problems...), Warnings: warnings}, result.Spec
	}
	result.Accepted = len(problems) == 0
	result.Errors = problems
	result.Warnings = warnings
	return result, nil
}

// firstDocument is what kubectl sends for a file of one document.
func firstDocument(text string) ([]byte, error) {
	decoder := utilyaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	for {
		extension := runtime.RawExtension{}
		if err := decoder.Decode(&extension); err != nil {
			if err == io.EOF {
				return nil, errors.New("no document")
			}
			return nil, err
		}
		if raw := bytes.TrimSpace(extension.Raw); len(raw) > 0 && !bytes.Equal(raw, []byte("null")) {
			// What kubectl sends is the object it read, not the text: a duplicate key of
			// a JSON document is gone by then, and a missing kind is noticed here.
			object, err := runtime.Decode(unstructured.UnstructuredJSONScheme, raw)
			if err != nil {
				return nil, err
			}
			return runtime.Encode(unstructured.UnstructuredJSONScheme, object)
		}
	}
}

func problemsOf(err error) []problem {
	if err == nil {
		return nil
	}
	status, ok := err.(apierrors.APIStatus)
	if !ok || status.Status().Details == nil || len(status.Status().Details.Causes) == 0 {
		return []problem{{Stage: "validation", Text: err.Error()}}
	}
	var problems []problem
	for _, cause := range status.Status().Details.Causes {
		problems = append(problems, problem{Stage: "validation", Type: string(cause.Type), Field: cause.Field, Text: cause.Message})
	}
	// Label and annotation checks walk Go maps, so their order is chance.
	slices.SortStableFunc(problems, func(a, b problem) int {
		return strings.Compare(a.Field+"\x00"+a.Text, b.Field+"\x00"+b.Text)
	})
	return problems
}

// storedSpec is the spec as the next `kubectl get -o json` would show it.
func storedSpec(policy *networking.NetworkPolicy) json.RawMessage {
	versioned := &networkingv1.NetworkPolicy{}
	if err := legacyscheme.Scheme.Convert(policy, versioned, nil); err != nil {
		fail(err)
	}
	text, err := marshal(versioned.Spec)
	if err != nil {
		fail(err)
	}
	return text
}

func refused(problems ...problem) answer {
	return answer{Errors: problems}
}

// shorten finds the long run of x that the texts about sizes are made of.
func shorten(text string) *repeat {
	if len(text) < 10000 {
		return nil
	}
	start := strings.Index(text, "xxxxxxxx")
	end := start
	for end < len(text) && text[end] == 'x' {
		end++
	}
	return &repeat{Prefix: text[:start], Part: "x", Count: end - start, Suffix: text[end:]}
}

func same(a, b answer) bool {
	left, _ := json.Marshal(a)
	right, _ := json.Marshal(b)
	return bytes.Equal(left, right)
}

// encode writes one case a line, so that a changed case is one changed line.
func encode(engine any, date string, cases []recordedCase) ([]byte, error) {
	var out bytes.Buffer
	head, err := marshal(engine)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&out, "{\"engine\":%s,\"recorded\":%q,\n\"cases\":[\n", head, date)
	for i, one := range cases {
		line, err := marshal(one)
		if err != nil {
			return nil, err
		}
		out.Write(line)
		if i < len(cases)-1 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
	}
	out.WriteString("]}\n")
	return out.Bytes(), nil
}

func marshal(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

func moduleVersion(path string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == path {
			return dependency.Version
		}
	}
	return "unknown"
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
