package main

import (
	"flag"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"netpol-migrate.dev/vectors/recorder/world"
)

const (
	enoughFlows  = 200 // flows that a construct has to decide in each verdict
	handFlows    = 160 // flows of a hand-written world
	drawn        = 12  // flows that are drawn for each one that is kept
	perConstruct = 40  // flows of one world that are kept for a construct and verdict
	module       = "github.com/cilium/cilium"
	route        = "recorder/cilium: CRD schema, Parse and Sanitize, policy repository, ipcache identities, resolved policy map"
)

// recorder keeps the books of a recording.
type recorder struct {
	table   map[string]*count
	leftOut map[string]*world.LeftOut
	tried   map[string]int            // by feature: worlds that had it
	brings  map[string]map[string]int // by feature: constructs seen with it
}

func (r *recorder) leave(construct, why string, times int) {
	l := r.leftOut[construct]
	if l == nil {
		l = &world.LeftOut{Construct: construct, Why: why}
		r.leftOut[construct] = l
	}
	l.Count += times
}

// one records one world; nil means that it was left out.
func (r *recorder) one(w *world.World, flows int, clean bool) (*world.World, error) {
	docs, err := split(w.Manifests)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.Name, err)
	}
	pool, e, err := draw(rand.New(rand.NewSource(w.Seed+7)), w, docs, flows*drawn)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.Name, err)
	}
	if clean && len(e.refused) > 0 {
		r.leave("generated document that Cilium refuses", "another world is drawn", 1)
		return nil, nil
	}
	for _, err := range e.errors {
		if err != nil {
			r.leave("pod whose policy does not compile", "conflicting L7 rules; the agent keeps the policy that it had", 1)
		}
	}
	w.Refused = e.refused
	if err := r.ask(w, docs, pool, flows); err != nil {
		return nil, fmt.Errorf("%s: %w", w.Name, err)
	}
	return w, nil
}

// ask finds what decides the flows, keeps some and books what they are worth in the table of constructs.
func (r *recorder) ask(w *world.World, docs []*document, pool []answer, flows int) error {
	decided := map[string]map[int]bool{} // by construct: flows of the pool
	for _, s := range sites(docs, w.Refused) {
		changed, err := deciding(w, docs, s, pool)
		if err != nil {
			return fmt.Errorf("without %s: %w", s.construct, err)
		}
		if decided[s.construct] == nil {
			decided[s.construct] = map[int]bool{}
		}
		for _, i := range changed {
			decided[s.construct][i] = true
		}
	}
	names := sortedKeys(decided)
	slices.SortStableFunc(names, func(a, b string) int { return r.have(a) - r.have(b) })
	var lists [][]int
	for _, n := range names {
		lists = append(lists, slices.Sorted(maps.Keys(decided[n])))
	}
	kept := choose(pool, lists, perConstruct, flows)
	store(w, pool, kept)
	for _, n := range names {
		c := r.table[n]
		if c == nil {
			c = &count{}
			r.table[n] = c
		}
		c.Worlds++
		for _, i := range kept {
			if decided[n][i] && pool[i].allowed() {
				c.Allow++
			} else if decided[n][i] {
				c.Deny++
			}
		}
	}
	return nil
}

// deciding asks flows again with one construct taken out and says which of them get another verdict. A
// world that the engine then refuses says nothing.
func deciding(w *world.World, docs []*document, s site, flows []answer) ([]int, error) {
	changed := slices.Clone(docs)
	o := docs[s.doc].object()
	if s.edit(o) {
		changed = slices.Delete(changed, s.doc, s.doc+1)
	} else {
		d, err := documentOf(o)
		if err != nil {
			return nil, err
		}
		changed[s.doc] = d
	}
	e, err := build(w, changed)
	if err != nil {
		return nil, err
	}
	if len(e.refused) > len(w.Refused) {
		return nil, nil
	}
	var out []int
	for i, a := range flows {
		if verdict, _, ok := e.judge(a.flow); ok && verdict != a.raw {
			out = append(out, i)
		}
	}
	return out, nil
}

func record(args []string) error {
	flags := flag.NewFlagSet("record", flag.ContinueOnError)
	out := flags.String("out", "", "directory for the vectors")
	seed := flags.Int64("seed", 20261127, "seed of the generator")
	least := flags.Int("worlds", 500, "worlds to generate at least")
	limit := flags.Int("limit", 620, "worlds to generate at most, to fill the table of constructs")
	flows := flags.Int("flows", 330, "flows a world")
	date := flags.String("date", "", "day of the recording, YYYY-MM-DD")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *out == "" || *date == "" {
		return fmt.Errorf("record needs -out and -date")
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return err
	}
	r := &recorder{table: map[string]*count{}, leftOut: map[string]*world.LeftOut{}, tried: map[string]int{}, brings: map[string]map[string]int{}}
	hand, err := r.handwritten(handFlows)
	if err != nil {
		return err
	}
	generated, err := r.generated(*seed, *least, *limit, *flows)
	if err != nil {
		return err
	}
	left := slices.Clone(leftOnPurpose)
	for _, k := range sortedKeys(r.leftOut) {
		left = append(left, *r.leftOut[k])
	}
	files := map[string][]world.World{"handwritten.json.gz": hand}
	const perFile = 100
	for i := 0; i*perFile < len(generated); i++ {
		files[fmt.Sprintf("generated-%02d.json.gz", i)] = generated[i*perFile : min(len(generated), (i+1)*perFile)]
	}
	for _, name := range sortedKeys(files) {
		f := &world.File{Format: world.Format, Engine: engineOf(), Recorder: route, Recorded: *date, LeftOut: left, Columns: world.Columns, Worlds: files[name]}
		if strings.HasPrefix(name, "generated") {
			f.Seed = *seed
		}
		if err := world.Write(filepath.Join(*out, name), f); err != nil {
			return err
		}
	}
	return r.report(*out, append(hand, generated...), left)
}

// leftOnPurpose never gets into a world.
var leftOnPurpose = []world.LeftOut{
	{Construct: "replies, traffic of a pod to itself", Why: "decided before policy"},
	{Construct: "ICMP codes", Why: "the policy map has the type only"},
	{Construct: "requests that a proxy judges, authentication that a peer has to pass", Why: "the verdict is that the proxy or the authentication decides"},
	{Construct: "ClusterMesh, pods without Cilium", Why: "every pod is managed and of this cluster"},
	{Construct: "protocols other than TCP, UDP, SCTP and ICMP before policy", Why: "the datapath drops them unless enable-extended-ip-protocols is on; the verdicts are the policy map's"},
}

func engineOf() world.Engine {
	e := world.Engine{Name: "cilium", Module: module}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if d.Path == module {
				e.Version, e.Release = d.Version, d.Version
			}
		}
	}
	return e
}

// generated draws worlds until there are enough of them and every construct decides enough flows, or the
// limit is reached.
func (r *recorder) generated(seed int64, least, most, flows int) ([]world.World, error) {
	var out []world.World
	for n := int64(0); len(out) < most && (len(out) < least || len(r.short()) > 0); n++ {
		var wants []want
		if n%5 != 4 { // every fifth world is left to chance
			wants = r.wants(n)
		}
		w, lanes, err := generate(seed*1_000_000+n, wants)
		if err != nil {
			return nil, err
		}
		w.Name = fmt.Sprintf("generated-%04d", n)
		if w, err = r.one(w, flows, true); err != nil {
			return nil, err
		}
		if w == nil {
			continue
		}
		if err := r.learn(w, lanes); err != nil {
			return nil, err
		}
		out = append(out, *w)
		if len(out)%10 == 0 {
			fmt.Fprintf(os.Stderr, "%d worlds, %d constructs, %d short\n", len(out), len(r.table), len(r.short()))
		}
	}
	return out, nil
}
