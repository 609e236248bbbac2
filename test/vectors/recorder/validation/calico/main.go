// Command calico records which policies and selectors Calico accepts.
//
// A document can reach Calico in three ways, and they do not agree:
//
//	api        projectcalico.org/v3 through the Calico API server: JSON as kubectl sends
//	           it, decoded strictly, `types` defaulted, Calico's validator, the name rule;
//	calicoctl  the same text read by calicoctl's own reader (which turns numbers into
//	           strings where strings belong), then the same checks;
//	crd        crd.projectcalico.org/v1, the stored form: only the schema of the CRD is
//	           asked, and fields that it does not know fall away.
//
// The validator, the readers, the CRDs and the selector parser are Calico's. Only the
// defaulting of `types` is written here, since the client does not export it. What the
// client and the API server say about missing names and namespaces is not recorded.
//
// recorder/record-validation.sh runs it.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	v3 "github.com/projectcalico/api/pkg/apis/projectcalico/v3"
	"github.com/projectcalico/calico/calicoctl/calicoctl/resourcemgr"
	"github.com/projectcalico/calico/libcalico-go/config"
	cerrors "github.com/projectcalico/calico/libcalico-go/lib/errors"
	"github.com/projectcalico/calico/libcalico-go/lib/names"
	"github.com/projectcalico/calico/libcalico-go/lib/resources"
	validator "github.com/projectcalico/calico/libcalico-go/lib/validator/v3"
	"github.com/sirupsen/logrus"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	crdvalidation "k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	kjson "sigs.k8s.io/json"
)

// problem is one reason of a refusal.
type problem struct {
	Stage string `json:"stage"` // yaml, decode, strict, validation, name or schema
	Field string `json:"field,omitempty"`
	Text  string `json:"text"`
}

type repeat struct {
	Prefix string `json:"prefix"`
	Part   string `json:"part"`
	Count  int    `json:"count"`
	Suffix string `json:"suffix"`
}

// shorten finds the repeated rule that the long texts are made of.
func shorten(text string) *repeat {
	const part = "{action: Allow}, "
	count := strings.Count(text, part)
	if count < 100 {
		return nil
	}
	start := strings.Index(text, part)
	return &repeat{Prefix: text[:start], Part: part, Count: count, Suffix: text[start+count*len(part):]}
}

// longSpec is the size from which the stored spec is left out: the cases about limits
// repeat one rule a thousand times.
const longSpec = 4000

type answer struct {
	Accepted bool            `json:"accepted"`
	Errors   []problem       `json:"errors,omitempty"`
	Spec     json.RawMessage `json:"spec,omitempty"`
	Pruned   []string        `json:"pruned,omitempty"` // paths that the CRD's schema drops
}

type recordedCase struct {
	Name string `json:"name"`
	Text string `json:"text,omitempty"`
	// Repeated stands for Text where that is long: prefix, part times count, suffix.
	Repeated *repeat `json:"textRepeated,omitempty"`
	API      answer  `json:"api"`
	// Calicoctl is kept where it differs from API.
	Calicoctl *answer `json:"calicoctl,omitempty"`
	// CRD is the answer to the same document as crd.projectcalico.org/v1.
	CRD answer `json:"crd"`
}

func main() {
	out := flag.String("out", "", "directory to write to")
	date := flag.String("date", "", "day of the recording, YYYY-MM-DD")
	flag.Parse()
	logrus.SetOutput(io.Discard)

	engine := map[string]string{
		"release":                         "v3.31.0",
		"github.com/projectcalico/calico": moduleVersion("github.com/projectcalico/calico"),
		"github.com/projectcalico/api":    moduleVersion("github.com/projectcalico/api"),
	}

	extra := map[string]any{"recorded": *date}
	schemas := loadSchemas()
	var cases []any
	accepted := 0
	seen := map[string]string{}
	for _, document := range allDocuments() {
		if text, ok := seen[document.name]; ok {
			// The lists overlap in their plainest members.
			if text != document.text {
				fail(fmt.Errorf("two cases are called %q", document.name))
			}
			continue
		}
		seen[document.name] = document.text
		one := recordedCase{
			Name: document.name,
			Text: document.text,
			API:  throughAPI(document.text),
			CRD:  asCRD(document.text, schemas),
		}
		if one.Repeated = shorten(document.text); one.Repeated != nil {
			one.Text = ""
		}
		if ctl := throughCalicoctl(document.text); !same(ctl, one.API) {
			one.Calicoctl = &ctl
		}
		if one.API.Accepted {
			accepted++
		}
		cases = append(cases, one)
	}
	write(filepath.Join(*out, "calico.json"), engine, extra, cases)
	fmt.Fprintf(os.Stderr, "%d documents, %d accepted\n", len(cases), accepted)

	selectors := recordSelectors()
	extra["labels"] = labelMaps
	write(filepath.Join(*out, "calico-selectors.json"), engine, extra, selectors)
	fmt.Fprintf(os.Stderr, "%d selectors\n", len(selectors))
}

// throughAPI is the way of `kubectl apply` to the Calico API server.
func throughAPI(text string) answer {
	raw, object, err := firstDocument(text)
	if err != nil {
		return refused("yaml", err)
	}
	resource, err := newResource(object)
	if err != nil {
		return refused("decode", err)
	}
	strict, err := kjson.UnmarshalStrict(raw, resource)
	if err != nil {
		return refused("decode", err)
	}
	var result answer
	for _, one := range strict {
		result.Errors = append(result.Errors, problem{Stage: "strict", Text: one.Error()})
	}
	return create(resource, result)
}

// throughCalicoctl is the way of `calicoctl create -f`.
func throughCalicoctl(text string) (result answer) {
	// The reader of calicoctl panics on some texts; that is an answer too.
	defer func() {
		if p := recover(); p != nil {
			result = refused("yaml", fmt.Errorf("panic: %v", p))
		}
	}()
	file, err := os.CreateTemp("", "document-*.yaml")
	if err != nil {
		fail(err)
	}
	defer os.Remove(file.Name())
	if _, err := file.WriteString(text); err != nil {
		fail(err)
	}
	file.Close()
	read, err := resourcemgr.CreateResourcesFromFile(file.Name())
	if err != nil {
		return refused("decode", errors.New(strings.ReplaceAll(err.Error(), file.Name(), "FILE")))
	}
	if len(read) != 1 {
		return refused("decode", fmt.Errorf("%d documents", len(read)))
	}
	return create(read[0], answer{})
}

// create does what the client does before it stores: `types`, validator, name.
func create(resource runtime.Object, result answer) answer {
	var spec any
	var name, tier string
	switch r := resource.(type) {
	case *v3.NetworkPolicy:
		r.Spec.Types = defaultTypes(r.Spec.Types, r.Spec.Ingress, r.Spec.Egress)
		spec, name, tier = &r.Spec, r.Name, r.Spec.Tier
	case *v3.GlobalNetworkPolicy:
		r.Spec.Types = defaultTypes(r.Spec.Types, r.Spec.Ingress, r.Spec.Egress)
		spec, name, tier = &r.Spec, r.Name, r.Spec.Tier
	case *v3.StagedNetworkPolicy:
		r.Spec.Types = stagedTypes(r.Spec.StagedAction, r.Spec.Types, r.Spec.Ingress, r.Spec.Egress)
		spec, name, tier = &r.Spec, r.Name, r.Spec.Tier
	case *v3.StagedGlobalNetworkPolicy:
		r.Spec.Types = stagedTypes(r.Spec.StagedAction, r.Spec.Types, r.Spec.Ingress, r.Spec.Egress)
		spec, name, tier = &r.Spec, r.Name, r.Spec.Tier
	case *v3.Tier:
		resources.DefaultTierFields(r)
		spec = &r.Spec
	case *v3.NetworkSet:
		spec = &r.Spec
	case *v3.GlobalNetworkSet:
		spec = &r.Spec
	case *v3.HostEndpoint:
		spec = &r.Spec
	default:
		return refused("decode", fmt.Errorf("a %T is not recorded here", resource))
	}
	if err := validator.Validate(resource); err != nil {
		var invalid cerrors.ErrorValidation
		if !errors.As(err, &invalid) {
			fail(err)
		}
		for _, one := range invalid.ErroredFields {
			reason := strings.TrimSpace(strings.TrimPrefix(one.Reason, "Reason: "))
			result.Errors = append(result.Errors, problem{Stage: "validation", Field: one.Name, Text: reason})
		}
	}
	if name != "" {
		if err := names.ValidateTieredPolicyName(name, tier); err != nil {
			result.Errors = append(result.Errors, problem{Stage: "name", Field: "metadata.name", Text: err.Error()})
		}
	}
	result.Accepted = len(result.Errors) == 0
	if stored := marshal(spec); result.Accepted && len(stored) < longSpec {
		result.Spec = stored
	}
	return result
}

// defaultTypes follows the client: no egress rules means Ingress, only egress rules
// means Egress, both kinds of rules mean both.
func defaultTypes(types []v3.PolicyType, ingress, egress []v3.Rule) []v3.PolicyType {
	switch {
	case len(types) > 0:
		return types
	case len(egress) == 0:
		return []v3.PolicyType{v3.PolicyTypeIngress}
	case len(ingress) == 0:
		return []v3.PolicyType{v3.PolicyTypeEgress}
	}
	return []v3.PolicyType{v3.PolicyTypeIngress, v3.PolicyTypeEgress}
}

// stagedTypes follows the client too: a staged deletion has no types at all.
func stagedTypes(action v3.StagedAction, types []v3.PolicyType, ingress, egress []v3.Rule) []v3.PolicyType {
	if action == v3.StagedActionDelete {
		return nil
	}
	return defaultTypes(types, ingress, egress)
}

func newResource(object map[string]any) (runtime.Object, error) {
	if version := object["apiVersion"]; version != v3.GroupVersionCurrent {
		return nil, fmt.Errorf("no kind %q is registered for version %q", object["kind"], version)
	}
	switch object["kind"] {
	case v3.KindNetworkPolicy:
		return &v3.NetworkPolicy{}, nil
	case v3.KindGlobalNetworkPolicy:
		return &v3.GlobalNetworkPolicy{}, nil
	case v3.KindStagedNetworkPolicy:
		return &v3.StagedNetworkPolicy{}, nil
	case v3.KindStagedGlobalNetworkPolicy:
		return &v3.StagedGlobalNetworkPolicy{}, nil
	case v3.KindTier:
		return &v3.Tier{}, nil
	case v3.KindNetworkSet:
		return &v3.NetworkSet{}, nil
	case v3.KindGlobalNetworkSet:
		return &v3.GlobalNetworkSet{}, nil
	case v3.KindHostEndpoint:
		return &v3.HostEndpoint{}, nil
	}
	return nil, fmt.Errorf("no kind %q is registered for version %q", object["kind"], object["apiVersion"])
}

// crdSchema is what the API server keeps of one CRD.
type crdSchema struct {
	validator  crdvalidation.SchemaValidator
	structural *structuralschema.Structural
}

func loadSchemas() map[string]crdSchema {
	crds, err := config.AllCRDs()
	if err != nil {
		fail(err)
	}
	schemas := map[string]crdSchema{}
	for _, crd := range crds {
		internal := &apiextensions.CustomResourceValidation{}
		if err := apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(crd.Spec.Versions[0].Schema, internal, nil); err != nil {
			fail(err)
		}
		check, _, err := crdvalidation.NewSchemaValidator(internal.OpenAPIV3Schema)
		if err != nil {
			fail(err)
		}
		structural, err := structuralschema.NewStructural(internal.OpenAPIV3Schema)
		if err != nil {
			fail(err)
		}
		schemas[crd.Spec.Names.Kind] = crdSchema{check, structural}
	}
	return schemas
}

// asCRD asks the schema of the stored form, as the API server does on a write.
func asCRD(text string, schemas map[string]crdSchema) answer {
	_, object, err := firstDocument(text)
	if err != nil {
		return refused("yaml", err)
	}
	kind, _ := object["kind"].(string)
	schema, ok := schemas[kind]
	if !ok || object["apiVersion"] != v3.GroupVersionCurrent {
		return refused("decode", fmt.Errorf("no CRD for kind %q", kind))
	}
	result := answer{}
	result.Pruned = pruning.PruneWithOptions(object, schema.structural, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	slices.Sort(result.Pruned)
	for _, one := range crdvalidation.ValidateCustomResource(nil, object, schema.validator) {
		result.Errors = append(result.Errors, problem{Stage: "schema", Field: one.Field, Text: one.ErrorBody()})
	}
	result.Accepted = len(result.Errors) == 0
	return result
}

// firstDocument is what kubectl sends for a file of one document.
func firstDocument(text string) ([]byte, map[string]any, error) {
	decoder := utilyaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	for {
		extension := runtime.RawExtension{}
		if err := decoder.Decode(&extension); err != nil {
			if err == io.EOF {
				return nil, nil, errors.New("no document")
			}
			return nil, nil, err
		}
		if raw := bytes.TrimSpace(extension.Raw); len(raw) > 0 && !bytes.Equal(raw, []byte("null")) {
			object, err := runtime.Decode(unstructured.UnstructuredJSONScheme, raw)
			if err != nil {
				return nil, nil, err
			}
			sent, err := runtime.Encode(unstructured.UnstructuredJSONScheme, object)
			if err != nil {
				return nil, nil, err
			}
			return sent, object.(*unstructured.Unstructured).Object, nil
		}
	}
}

func refused(stage string, err error) answer {
	return answer{Errors: []problem{{Stage: stage, Text: err.Error()}}}
}

func same(a, b answer) bool { return bytes.Equal(marshal(a), marshal(b)) }

// write puts one case on a line, so that a changed case is one changed line.
func write(path string, engine any, extra map[string]any, cases []any) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\"engine\":%s,\n", marshal(engine))
	for _, key := range slices.Sorted(maps.Keys(extra)) {
		fmt.Fprintf(&out, "%q:%s,\n", key, marshal(extra[key]))
	}
	out.WriteString("\"cases\":[\n")
	for i, one := range cases {
		out.Write(marshal(one))
		if i < len(cases)-1 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
	}
	out.WriteString("]}\n")
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		fail(err)
	}
}

func marshal(value any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		fail(err)
	}
	return bytes.TrimSpace(out.Bytes())
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
