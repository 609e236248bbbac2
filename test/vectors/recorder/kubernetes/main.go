// Command kubernetes records the verdicts of plain Kubernetes NetworkPolicies: see
// test/vectors/README.md for the form of the files.
//
// Two parts decide, and none of them is ours:
//
//	k8s.io/apimachinery    which pods and namespaces a LabelSelector selects: the library
//	                       that the API server and every controller ask;
//	cyclonus pkg/matcher   everything else: isolation, union, peers, ports, ipBlocks. It is
//	                       the matcher that policy-assistant of sigs.k8s.io/network-policy-api
//	                       was made from; that one cannot be had as a Go module.
//
// The matcher's own label selectors are not used, because they are wrong in two points
// (NotIn without the key, an empty value in matchLabels); how often that would have
// changed a verdict is counted.
//
// recorder/record-kubernetes.sh runs it.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"

	"github.com/sirupsen/logrus"

	"netpol-migrate.dev/vectors/recorder/world"
)

const (
	matcherModule = "github.com/mattfenwick/cyclonus"
	route         = "recorder/kubernetes: selectors by k8s.io/apimachinery, everything else by cyclonus pkg/matcher; ipBlocks against the address of pods too"

	worldsWanted   = 170
	worldsAtMost   = 260 // more than wanted are drawn while a construct decides too little
	flowsPerWorld  = 280
	enoughDeciding = 200 // flows that each construct has to decide in each verdict
)

// leftOut names what the engine cannot say or what the API leaves open.
var leftOut = []world.LeftOut{
	{Construct: "hostNetwork pods as subject or peer", Why: "the API leaves them undefined and the engine does not know them"},
	{Construct: "a pod and its own node, a pod to itself", Why: "outside the claim; the engine has no nodes"},
	{Construct: "ipBlock before or after NAT", Why: "a flow is after DNAT and without SNAT; the engine sees one address"},
	{Construct: "named ports of init containers", Why: "the recorder looks names up and would be the judge itself"},
	{Construct: "two names for one port number and protocol of a pod", Why: "the matcher takes one name a flow"},
	{Construct: "rows whose text the API server refuses", Why: "see testdata/vectors/validation/kubernetes.json"},
}

func main() {
	out := flag.String("out", "", "directory to write to")
	date := flag.String("date", "", "day of the recording")
	seed := flag.Int64("seed", 20260801, "seed of the generator")
	judge := flag.String("judge", "", "file of worlds that hold what was written; -out is then the file to write")
	flag.Parse()
	logrus.SetOutput(io.Discard)
	if *judge != "" && *out != "" {
		if err := judgeFile(*judge, *out); err != nil {
			fail(err)
		}
		return
	}
	if *out == "" || *date == "" {
		fail(fmt.Errorf("-out and -date are needed"))
	}

	books := newBooks()
	header := func(seed int64) *world.File {
		return &world.File{
			Format:   world.Format,
			Engine:   world.Engine{Name: "kubernetes", Module: matcherModule, Version: moduleVersion(matcherModule), Release: "networking.k8s.io/v1; k8s.io/apimachinery " + moduleVersion("k8s.io/apimachinery")},
			Recorder: route, Seed: seed, Recorded: *date, LeftOut: leftOut, Columns: world.Columns,
		}
	}

	hand := header(0)
	apart := header(0) // flows that hang on ipBlocks matching the addresses of pods
	for _, plan := range handwritten() {
		main, rest := plan.record(books)
		hand.Worlds = appendWorld(hand.Worlds, main)
		apart.Worlds = appendWorld(apart.Worlds, rest)
	}
	generated := header(*seed)
	for i := 0; i < worldsWanted || (i < worldsAtMost && len(books.short()) > 0); i++ {
		plan := generate(*seed, i)
		main, rest := plan.record(books)
		generated.Worlds = appendWorld(generated.Worlds, main)
		apart.Worlds = appendWorld(apart.Worlds, rest)
	}

	for name, file := range map[string]*world.File{"handwritten": hand, "generated": generated, "ipblock-pods": apart} {
		if err := world.Write(filepath.Join(*out, name+".json.gz"), file); err != nil {
			fail(err)
		}
	}
	if err := books.write(filepath.Join(*out, "constructs.json"), hand, generated, apart); err != nil {
		fail(err)
	}
}

// appendWorld leaves out a world that kept no flow.
func appendWorld(worlds []world.World, one world.World) []world.World {
	if len(one.Flows) == 0 {
		return worlds
	}
	return append(worlds, one)
}

// books is the table of constructs and what is known besides.
type books struct {
	Constructs map[string]*count `json:"constructs"`
	// OwnSelectors counts the kept flows whose verdict would be another one with the
	// matcher's own reading of label selectors.
	OwnSelectors int `json:"flowsThatTheMatchersOwnSelectorsWouldChange"`
}

type count struct {
	Allow  int `json:"allow"`
	Deny   int `json:"deny"`
	Worlds int `json:"worlds"`
}

func newBooks() *books { return &books{Constructs: map[string]*count{}} }

func (b *books) of(construct string) *count {
	if b.Constructs[construct] == nil {
		b.Constructs[construct] = &count{}
	}
	return b.Constructs[construct]
}

func (b *books) write(path string, files ...*world.File) error {
	worlds, flows, allowed := 0, 0, 0
	for _, file := range files {
		worlds += len(file.Worlds)
		for _, one := range file.Worlds {
			flows += len(one.Flows)
			for _, row := range one.Flows {
				if row.Allow() {
					allowed++
				}
			}
		}
	}
	short := b.short()
	text, err := json.MarshalIndent(struct {
		Worlds  int `json:"worlds"`
		Flows   int `json:"flows"`
		Allowed int `json:"allowed"`
		*books
		Short   []string        `json:"short"`
		LeftOut []world.LeftOut `json:"leftOut"`
	}{worlds, flows, allowed, b, short, leftOut}, "", "  ")
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d worlds, %d flows, %.1f %% allowed, %d constructs, short: %q\n", worlds, flows, 100*float64(allowed)/float64(flows), len(b.Constructs), short)
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// short lists the constructs that decide too few flows.
func (b *books) short() []string {
	short := []string{}
	for _, name := range slices.Sorted(maps.Keys(b.Constructs)) {
		allow, deny := canDecide(name)
		c := b.Constructs[name]
		if (allow && c.Allow < enoughDeciding) || (deny && c.Deny < enoughDeciding) {
			short = append(short, name)
		}
	}
	return short
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
