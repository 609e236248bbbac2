package main

import (
	"math/rand"
	"slices"

	"netpol-migrate.dev/vectors/recorder/world"
)

// learn notes which constructs a feature brings into a world.
func (r *recorder) learn(w *world.World, lanes map[int]string) error {
	docs, err := split(w.Manifests)
	if err != nil {
		return err
	}
	got := map[string]map[string]bool{}
	for _, s := range sites(docs, w.Refused) {
		if f, ok := lanes[s.doc]; ok {
			if got[f] == nil {
				got[f] = map[string]bool{}
			}
			got[f][s.construct] = true
		}
	}
	for f, constructs := range got {
		r.tried[f]++
		if r.brings[f] == nil {
			r.brings[f] = map[string]int{}
		}
		for c := range constructs {
			r.brings[f][c]++
		}
	}
	return nil
}

const lanesPerWorld = 6

// common constructs stand in every lane and say nothing about its feature.
var common = map[string]bool{"CNP": true, "CCNP": true, "isolation": true, "CCNP subject namespace": true, "CCNP subject matchLabels": true, "CCNP subject source k8s": true, "CNP subject {}": true}

// wants picks the features that the table of constructs lacks most. A feature counts for a construct that
// it brings in often enough.
func (r *recorder) wants(n int64) []want {
	type need struct {
		want
		missing int
	}
	var needs []need
	for _, f := range allFeatures {
		if r.tried[f] == 0 {
			needs = append(needs, need{want{f, n%2 == 0}, 2 * enoughFlows})
			continue
		}
		worst := map[bool]int{}
		for c, times := range r.brings[f] {
			if times*8 < r.tried[f] || common[c] {
				continue
			}
			allow, deny := canDecide(c)
			// A construct that the feature brings in seldom is wanted less from it.
			missing := func(have int) int { return (enoughFlows - have) * min(4*times, r.tried[f]) / r.tried[f] }
			if allow {
				worst[true] = max(worst[true], missing(r.table[c].Allow))
			}
			if deny {
				worst[false] = max(worst[false], missing(r.table[c].Deny))
			}
		}
		for _, side := range []bool{true, false} {
			if worst[side] > 0 {
				needs = append(needs, need{want{f, side}, worst[side] - r.tried[f]})
			}
		}
	}
	rand.New(rand.NewSource(n)).Shuffle(len(needs), func(i, j int) { needs[i], needs[j] = needs[j], needs[i] })
	slices.SortStableFunc(needs, func(a, b need) int { return b.missing - a.missing })
	var out []want
	egressOnly := 0
	for _, x := range needs {
		only := services[x.feature] != nil || proxiedEgress[x.feature] != nil
		if only && egressOnly == 3 || len(out) == lanesPerWorld || slices.ContainsFunc(out, func(w want) bool { return w.feature == x.feature }) {
			continue
		}
		if only {
			egressOnly++
		}
		out = append(out, x.want)
	}
	for i := n; len(out) < lanesPerWorld; i++ { // enough of everything: any feature
		out = append(out, want{allFeatures[(i*37)%int64(len(allFeatures))], i%2 == 0})
	}
	// The lanes from the fourth on are those of egress.
	slices.SortStableFunc(out, func(a, b want) int {
		rank := func(w want) int {
			if services[w.feature] != nil || proxiedEgress[w.feature] != nil {
				return 1
			}
			return 0
		}
		return rank(a) - rank(b)
	})
	return out
}
