package main

import (
	"flag"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"netpol-migrate.dev/vectors/recorder/world"
)

const (
	enoughFlows  = 200 // flows that a construct has to decide in each verdict
	handFlows    = 150 // flows of a hand-written world
	perConstruct = 44  // flows of one world that are kept for a construct and verdict
	module       = "github.com/projectcalico/calico"
	release      = "v3.31.0"
	route        = "recorder/calico: clientv3, update processors, calculation graph, felix/rules iptables chains, interpreter"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// recorder keeps the books of a recording.
type recorder struct {
	table   map[string]*count
	leftOut map[string]*world.LeftOut
	tried   map[string]int            // by feature: worlds that had it
	brings  map[string]map[string]int // by feature: constructs seen with it
}

func (r *recorder) leave(construct, why string) {
	l := r.leftOut[construct]
	if l == nil {
		l = &world.LeftOut{Construct: construct, Why: why}
		r.leftOut[construct] = l
	}
	l.Count++
}

var pointer = regexp.MustCompile(`0x[0-9a-f]+`)

// one records one world; nil means that it was left out.
func (r *recorder) one(w *world.World, flows int, clean bool) (*world.World, error) {
	docs, err := split(w.Manifests)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.Name, err)
	}
	d, err := buildFrom(w, docs)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.Name, err)
	}
	if refused := append(d.programs[4].refused, d.programs[6].refused...); len(refused) > 0 {
		r.leave("world with a rule that the kernel does not load", "such as an ICMP type without the protocol; another world is drawn")
		if clean {
			return nil, nil
		}
	}
	if clean && len(d.refused) > 0 {
		r.leave("generated document that Calico refuses", "the API or the syncer refuses it; another world is drawn")
		return nil, nil
	}
	w.Refused = d.refused
	for i := range w.Refused {
		w.Refused[i].Error = pointer.ReplaceAllString(w.Refused[i].Error, "...")
	}
	if err := r.ask(w, docs, d, flows); err != nil {
		return nil, fmt.Errorf("%s: %w", w.Name, err)
	}
	return w, nil
}

// ask draws flows, finds what decides them, keeps some and books what they
// are worth in the table of constructs.
func (r *recorder) ask(w *world.World, docs []*document, d *dataplane, flows int) error {
	pool, err := draw(rand.New(rand.NewSource(w.Seed+7)), w, docs, d, flows*12)
	if err != nil {
		return err
	}
	decided := map[string]map[int]bool{} // by construct: flows of the pool
	for _, s := range sites(docs, w) {
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
			if decided[n][i] && pool[i].allow {
				c.Allow++
			} else if decided[n][i] {
				c.Deny++
			}
		}
	}
	return nil
}

// tiersDeciding counts the tiers that decide flows of a world.
func tiersDeciding(w *world.World) int {
	tiers := map[string]bool{}
	for _, row := range w.Flows {
		if row[10] >= 0 {
			if t := w.Deciders[row[10]].Tier; t != "" {
				tiers[t] = true
			}
		}
	}
	return len(tiers)
}

func record(args []string) error {
	flags := flag.NewFlagSet("record", flag.ContinueOnError)
	out := flags.String("out", "", "directory for the vectors")
	seed := flags.Int64("seed", 20261122, "seed of the generator")
	worlds := flags.Int("worlds", 330, "worlds to generate at least")
	limit := flags.Int("limit", 560, "worlds to generate at most, to fill the table of constructs")
	flows := flags.Int("flows", 320, "flows a world")
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
	r := &recorder{table: map[string]*count{}, leftOut: map[string]*world.LeftOut{},
		tried: map[string]int{}, brings: map[string]map[string]int{}}
	hand, err := r.handwritten(handFlows)
	if err != nil {
		return err
	}
	generated, err := r.generated(*seed, *worlds, *limit, *flows)
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
		f := &world.File{Format: world.Format, Engine: engine(), Recorder: route, Recorded: *date,
			LeftOut: left, Columns: world.Columns, Worlds: files[name]}
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
	{Construct: "order tie between policies of different scope or stored form", Why: "releases sort such ties differently"},
	{Construct: "notICMP without protocol", Why: "the API takes it, iptables does not load it, nftables reads it as ICMP only"},
	{Construct: "UDP 4789 and protocol 4 from a pod", Why: "dropped before policy, whatever it says"},
	{Construct: "traffic between a pod and its own node, replies", Why: "decided by static chains"},
	{Construct: "policy whose name does not begin with its tier", Why: "this release takes the tier from the name and refuses such names"},
	{Construct: "ClusterNetworkPolicy, AdminNetworkPolicy", Why: "kinds of their own; the readers do not take them"},
}

func engine() world.Engine {
	e := world.Engine{Name: "calico", Module: module, Release: release}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if d.Path == module {
				e.Version = d.Version
			}
		}
	}
	return e
}

// generated draws worlds until there are enough of them and every construct
// decides enough flows, or the limit is reached.
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
		if len(out)%25 == 0 {
			fmt.Fprintf(os.Stderr, "%d worlds, %d constructs short\n", len(out), len(r.short()))
		}
	}
	return out, nil
}
