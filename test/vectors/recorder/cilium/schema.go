package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/cilium/cilium/pkg/k8s/apis/cilium.io/client"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
)

// crd is a kind as the API server knows it from Cilium's definition.
type crd struct {
	structural *schema.Structural
	validator  validation.SchemaValidator
}

var definitions = map[string]string{
	"CiliumNetworkPolicy":            client.CNPCRDName,
	"CiliumClusterwideNetworkPolicy": client.CCNPCRDName,
	"CiliumCIDRGroup":                client.CCGCRDName,
}

var crdOf = func() func(kind, version string) (*crd, error) {
	var mu sync.Mutex
	known := map[string]*crd{}
	return func(kind, version string) (*crd, error) {
		mu.Lock()
		defer mu.Unlock()
		key := kind + "/" + version
		if c, ok := known[key]; ok {
			return c, nil
		}
		name, ok := definitions[kind]
		if !ok {
			return nil, fmt.Errorf("no definition of %s", kind)
		}
		full := client.GetPregeneratedCRD(quiet, name)
		var internal apiextensions.CustomResourceDefinition
		if err := apiextensionsv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(&full, &internal, nil); err != nil {
			return nil, err
		}
		served := slices.ContainsFunc(full.Spec.Versions, func(v apiextensionsv1.CustomResourceDefinitionVersion) bool { return v.Name == version && v.Served })
		v, err := apiextensions.GetSchemaForVersion(&internal, version)
		if err != nil {
			return nil, err
		}
		if v == nil || !served {
			return nil, fmt.Errorf("no matches for kind %q in version \"cilium.io/%s\"", kind, version)
		}
		structural, err := schema.NewStructural(v.OpenAPIV3Schema)
		if err != nil {
			return nil, err
		}
		validator, _, err := validation.NewSchemaValidator(v.OpenAPIV3Schema)
		if err != nil {
			return nil, err
		}
		known[key] = &crd{structural, validator}
		return known[key], nil
	}
}()

// throughSchema stores a custom resource as the API server does: it refuses what the schema forbids, drops
// unknown fields and sets defaults.
func throughSchema(d *document) (*document, error) {
	group, version := "", d.APIVersion
	for i := range d.APIVersion {
		if d.APIVersion[i] == '/' {
			group, version = d.APIVersion[:i], d.APIVersion[i+1:]
		}
	}
	if group != "cilium.io" {
		return nil, fmt.Errorf("no matches for kind %q in version %q", d.Kind, d.APIVersion)
	}
	c, err := crdOf(d.Kind, version)
	if err != nil {
		return nil, err
	}
	var o object
	if err := json.Unmarshal(d.raw, &o); err != nil {
		return nil, err
	}
	pruning.Prune(o, c.structural, true)
	defaulting.PruneNonNullableNullsWithoutDefaults(o, c.structural)
	defaulting.Default(o, c.structural)
	if errs := validation.ValidateCustomResource(nil, o, c.validator); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	return documentOf(o)
}
