package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/cilium/cilium/pkg/policy"

	"netpol-migrate.dev/vectors/recorder/world"
)

// probe prints what becomes of a file of policies in the cluster of hand-written worlds, or of a recorded
// world: refusals, the entries that the repository gets, the policy map of every pod.
func probe(args []string) error {
	var w *world.World
	if len(args) == 2 {
		file, err := world.Read(args[0])
		if err != nil {
			return err
		}
		for i := range file.Worlds {
			if file.Worlds[i].Name == args[1] {
				w = &file.Worlds[i]
			}
		}
		if w == nil {
			return fmt.Errorf("no world %s in %s", args[1], args[0])
		}
	} else {
		text, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		w = &world.World{Pods: basePods(), Externals: baseExternals(), Manifests: baseManifests + string(text)}
	}
	docs, err := split(w.Manifests)
	if err != nil {
		return err
	}
	docs = withConfig(docs)
	e, err := build(w, docs)
	if err != nil {
		return err
	}
	for _, r := range e.refused {
		fmt.Printf("REFUSED at %s: %s %s/%s: %s\n", r.At, r.Kind, r.Namespace, r.Name, r.Error)
	}
	for _, d := range docs {
		if !d.isPolicy() {
			continue
		}
		s, err := configure(docs)
		if err != nil {
			return err
		}
		services, err := servicesOf(docs)
		if err != nil {
			return err
		}
		one, _ := importPolicy(d, s, services)
		if one == nil {
			fmt.Printf("%s %s: not imported\n", d.Kind, d.Metadata.Name)
			if made, err := derivative(d); err == nil {
				fmt.Printf("  derivative: %+v\n", made.Spec)
			}
			continue
		}
		for _, entry := range one.entries {
			fmt.Printf("%s %s: subject %s ingress %t verdict %s defaultDeny %t L3(nil=%t) %v L4 %+v\n", d.Kind, d.Metadata.Name, entry.Subject, entry.Ingress, entry.Verdict, entry.DefaultDeny, entry.L3 == nil, entry.L3, entry.L4)
		}
	}
	for i, p := range w.Pods {
		fmt.Printf("pod %s identity %d\n", p.ID, e.pods[i])
		if e.states[i] == nil {
			fmt.Printf("  does not compile: %v\n", e.errors[i])
			continue
		}
		var lines []string
		e.states[i].GetMapState().ForEach(func(k policy.Key, v policy.MapStateEntry) bool {
			lines = append(lines, fmt.Sprintf("  %s -> %s", k, v))
			return true
		})
		slices.Sort(lines)
		for _, l := range lines {
			fmt.Println(l)
		}
	}
	for i, x := range w.Externals {
		fmt.Printf("external %s %s identity %d\n", x.ID, x.Address, e.ids[i])
	}
	return nil
}
