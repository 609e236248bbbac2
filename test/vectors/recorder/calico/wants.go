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
	for _, s := range sites(docs, w) {
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

// wants picks the features that the table of constructs lacks most. A feature
// counts for a construct that it brings in most of the time.
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
			if times*3 < r.tried[f] || common[c] {
				continue
			}
			allow, deny := canDecide(c)
			if allow {
				worst[true] = max(worst[true], enoughFlows-r.table[c].Allow)
			}
			if deny {
				worst[false] = max(worst[false], enoughFlows-r.table[c].Deny)
			}
		}
		for _, side := range []bool{true, false} {
			if worst[side] > 0 {
				needs = append(needs, need{want{f, side}, worst[side] - 3*r.tried[f]})
			}
		}
	}
	rand.New(rand.NewSource(n)).Shuffle(len(needs), func(i, j int) { needs[i], needs[j] = needs[j], needs[i] })
	slices.SortStableFunc(needs, func(a, b need) int { return b.missing - a.missing })
	var out []want
	for _, x := range needs {
		if len(out) < lanesPerWorld && !slices.ContainsFunc(out, func(w want) bool { return w.feature == x.feature }) {
			out = append(out, x.want)
		}
	}
	for i := n; len(out) < lanesPerWorld; i++ { // enough of everything: any feature
		out = append(out, want{allFeatures[(i*37)%int64(len(allFeatures))], i%2 == 0})
	}
	return out
}

const lanesPerWorld = 6

var allFeatures = append(sortedKeys(features), laneFeatures...)

// common constructs stand in every lane and say nothing about its feature.
var common = map[string]bool{"order": true, "order negative": true, "types": true, "subject selector": true, "subject namespaceSelector": true}
