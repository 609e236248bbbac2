// Package world is the format that all engine recorders share: a small
// cluster as users write it, the flows asked about it, and what the engine
// said. test/vectors/README.md describes the JSON; keep the two in step.
package world

// Format is the version of the file layout. Replayers refuse others.
const Format = 1

// File is one vector file: a header and the worlds that it holds.
type File struct {
	Format int    `json:"format"`
	Engine Engine `json:"engine"`
	// Recorder names the program and the route that it took to a verdict.
	Recorder string `json:"recorder"`
	// Seed of the generator; 0 in files of hand-written worlds.
	Seed int64 `json:"seed"`
	// Recorded is the day of the recording, YYYY-MM-DD.
	Recorded string `json:"recorded"`
	// LeftOut counts what the recorder met and could not judge, by name.
	LeftOut []LeftOut `json:"leftOut"`
	// Columns gives the order of the numbers in a flow.
	Columns []string `json:"columns"`
	Worlds  []World  `json:"worlds"`
}

// Engine says exactly whose verdicts these are.
type Engine struct {
	Name    string `json:"name"`
	Module  string `json:"module"`
	Version string `json:"version"`
	Release string `json:"release,omitempty"`
}

// LeftOut is a construct that is missing from the vectors on purpose.
type LeftOut struct {
	Construct string `json:"construct"`
	Count     int    `json:"count"`
	Why       string `json:"why"`
}

// World is one small cluster with its flows.
type World struct {
	Name string `json:"name"`
	Seed int64  `json:"seed"`
	// Note says what a hand-written world is there to show.
	Note string `json:"note,omitempty"`
	// Manifests is one YAML text with everything as users write it: policies,
	// tiers, sets, host endpoints, Namespaces, ServiceAccounts, Services,
	// EndpointSlices. Pods are not in it; they are listed in Pods.
	Manifests string     `json:"manifests"`
	Pods      []Pod      `json:"pods"`
	Externals []External `json:"externals"`
	// Names are addresses that names were seen to have in DNS answers.
	Names map[string][]string `json:"names,omitempty"`
	// Refused lists documents of Manifests that the engine did not put in
	// force. The verdicts are those of the rest.
	Refused []Refused `json:"refused,omitempty"`
	// Deciders is the table that the last column of a flow points into.
	Deciders []Decider `json:"deciders"`
	Flows    []Row     `json:"flows"`
}

// Pod is a pod on the pod network.
type Pod struct {
	ID             string            `json:"id"`
	Namespace      string            `json:"namespace"`
	Name           string            `json:"name"`
	Labels         map[string]string `json:"labels"`
	ServiceAccount string            `json:"serviceAccount"`
	// Addresses holds at most one address a family.
	Addresses []string `json:"addresses"`
	Ports     []Port   `json:"ports,omitempty"`
}

// Port is a container port of a pod.
type Port struct {
	Name string `json:"name"`
	// Protocol is TCP, UDP or SCTP.
	Protocol string `json:"protocol"`
	Port     int    `json:"port"`
	// Init marks a port that is declared on an init container.
	Init bool `json:"init,omitempty"`
}

// External is an address that is no pod's: outside the cluster, or a node.
type External struct {
	ID      string `json:"id"`
	Address string `json:"address"`
}

// Refused is a document that is not in force.
type Refused struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name"`
	// At is "write" (the API refuses it) or "read" (stored, but dropped when
	// the engine reads it).
	At    string `json:"at"`
	Error string `json:"error"`
}

// Decider is what settled a flow. Rule is the index in the policy's list of
// that direction; -1 with an Outcome other than "rule".
type Decider struct {
	// Outcome is "rule", "end-of-tier", "profile" (nothing said no) or "".
	Outcome   string `json:"outcome"`
	Tier      string `json:"tier,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
	Rule      int    `json:"rule"`
}

// Flow is one first packet, judged at the subject's end.
type Flow struct {
	Egress   bool // direction, seen from the subject
	Subject  int  // index in Pods
	Peer     int  // index in Pods, or len(Pods) + index in Externals
	Family   int  // 4 or 6
	Protocol int  // IP protocol number
	SrcPort  int  // -1 where the protocol has no ports
	DstPort  int
	ICMPType int // -1 unless protocol is 1 or 58
	ICMPCode int
}

// Columns is the order of the numbers in a Row.
var Columns = []string{
	"direction", "subject", "peer", "family", "protocol",
	"srcPort", "dstPort", "icmpType", "icmpCode", "verdict", "decider",
}

// Row is a flow with its verdict as it is stored: direction 0 ingress,
// 1 egress; verdict 0 deny, 1 allow; decider -1 unknown.
type Row [11]int

// Record makes the stored form of a flow.
func Record(f Flow, allow bool, decider int) Row {
	return Row{b(f.Egress), f.Subject, f.Peer, f.Family, f.Protocol,
		f.SrcPort, f.DstPort, f.ICMPType, f.ICMPCode, b(allow), decider}
}

// Flow reads the question back out of a row.
func (r Row) Flow() Flow {
	return Flow{Egress: r[0] == 1, Subject: r[1], Peer: r[2], Family: r[3], Protocol: r[4],
		SrcPort: r[5], DstPort: r[6], ICMPType: r[7], ICMPCode: r[8]}
}

// Allow reads the verdict out of a row.
func (r Row) Allow() bool { return r[9] == 1 }

func b(v bool) int {
	if v {
		return 1
	}
	return 0
}

// Address gives the address of an endpoint index in a family, or "".
func (w *World) Address(i, family int) string {
	if i >= len(w.Pods) {
		a := w.Externals[i-len(w.Pods)].Address
		if familyOf(a) == family {
			return a
		}
		return ""
	}
	for _, a := range w.Pods[i].Addresses {
		if familyOf(a) == family {
			return a
		}
	}
	return ""
}

func familyOf(address string) int {
	for _, c := range address {
		if c == ':' {
			return 6
		}
	}
	return 4
}
