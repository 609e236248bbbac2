package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// packet is the first packet of a connection as the kernel sees it.
type packet struct {
	src, dst           netip.Addr
	protocol           int
	srcPort, dstPort   int
	icmpType, icmpCode int
}

// condition is one match of a rendered rule.
type condition func(p *packet, mark uint32) bool

// protocols are the names that iptables knows and Felix renders.
var protocols = map[string]int{"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58, "ipv6-icmp": 58, "sctp": 132, "udplite": 136}

// matcher turns the text of a match into conditions. It understands what
// felix/rules renders for a workload, and fails on anything else.
type matcher struct {
	sets map[string]*kernelSet // by the name that rules use

	// What the kernel would refuse to load is noted, not judged.
	protocol int // of a positive -p, or -1
	seen     int // how many -p
	refused  []string
	// nftOnly counts rules that iptables refuses and nftables takes, with the
	// meaning that the interpreter gives them.
	nftOnly int
}

func (m *matcher) parse(text string) ([]condition, error) {
	m.protocol, m.seen = -1, 0
	words := strings.Fields(text)
	var out []condition
	for i := 0; i < len(words); {
		if words[i] == "-m" { // the module's name adds nothing
			i += 2
			continue
		}
		not := words[i] == "!"
		if not {
			i++
		}
		if i+1 >= len(words) {
			return nil, fmt.Errorf("match ends early: %s", text)
		}
		c, used, err := m.one(words[i], words[i+1:], not)
		if err != nil {
			return nil, fmt.Errorf("%w in %q", err, text)
		}
		if not {
			inner := c
			c = func(p *packet, mark uint32) bool { return !inner(p, mark) }
		}
		out = append(out, c)
		i += 1 + used
	}
	if m.seen > 1 {
		m.nftOnly++
	}
	return out, nil
}

func (m *matcher) one(option string, args []string, not bool) (condition, int, error) {
	a := args[0]
	switch option {
	case "--mark":
		value, mask, ok := strings.Cut(a, "/")
		v, err1 := strconv.ParseUint(value, 0, 32)
		k, err2 := strconv.ParseUint(mask, 0, 32)
		if !ok || err1 != nil || err2 != nil {
			return nil, 0, fmt.Errorf("mark %s", a)
		}
		return func(_ *packet, mark uint32) bool { return mark&uint32(k) == uint32(v) }, 1, nil
	case "--ctstate":
		// Every packet is the first of its connection: NEW, and only NEW.
		return func(*packet, uint32) bool { return slices.Contains(strings.Split(a, ","), "NEW") }, 1, nil
	case "-p":
		n, ok := protocols[a]
		if !ok {
			var err error
			if n, err = strconv.Atoi(a); err != nil {
				return nil, 0, fmt.Errorf("protocol %s", a)
			}
		}
		m.seen++
		if !not {
			m.protocol = n
		}
		return func(p *packet, _ uint32) bool { return p.protocol == n }, 1, nil
	case "--source", "--destination":
		net, err := netip.ParsePrefix(a)
		if err != nil {
			return nil, 0, err
		}
		return side(option == "--source", net.Contains), 1, nil
	case "--match-set":
		set := m.sets[a]
		if set == nil {
			return nil, 0, fmt.Errorf("no such IP set %s", a)
		}
		switch args[1] {
		case "src", "dst":
			return side(args[1] == "src", set.hasAddress), 2, nil
		case "src,src":
			return func(p *packet, _ uint32) bool { return set.hasPort(p.src, p.protocol, p.srcPort) }, 2, nil
		case "dst,dst":
			return func(p *packet, _ uint32) bool { return set.hasPort(p.dst, p.protocol, p.dstPort) }, 2, nil
		}
		return nil, 0, fmt.Errorf("set direction %s", args[1])
	case "--source-ports", "--destination-ports":
		// The kernel takes multiport only behind a protocol that has ports.
		if !slices.Contains([]int{6, 17, 132, 136, 33}, m.protocol) {
			m.refused = append(m.refused, "port match without a protocol that has ports")
		}
		in, err := portList(a)
		if err != nil {
			return nil, 0, err
		}
		if option == "--source-ports" {
			return func(p *packet, _ uint32) bool { return in(p.srcPort) }, 1, nil
		}
		return func(p *packet, _ uint32) bool { return in(p.dstPort) }, 1, nil
	case "--icmp-type", "--icmpv6-type":
		need := 1
		if option == "--icmpv6-type" {
			need = 58
		}
		if m.protocol != need {
			m.refused = append(m.refused, fmt.Sprintf("%s without -p %d", option, need))
		}
		t, c, hasCode := strings.Cut(a, "/")
		kind, err1 := strconv.Atoi(t)
		code, err2 := kind, err1
		if hasCode {
			code, err2 = strconv.Atoi(c)
		}
		if err1 != nil || err2 != nil {
			return nil, 0, fmt.Errorf("icmp type %s", a)
		}
		return func(p *packet, _ uint32) bool {
			return p.protocol == need && p.icmpType == kind && (!hasCode || p.icmpCode == code)
		}, 1, nil
	}
	return nil, 0, fmt.Errorf("unknown match %s", option)
}

func side(source bool, has func(netip.Addr) bool) condition {
	if source {
		return func(p *packet, _ uint32) bool { return has(p.src) }
	}
	return func(p *packet, _ uint32) bool { return has(p.dst) }
}

func portList(text string) (func(int) bool, error) {
	type span struct{ first, last int }
	var spans []span
	for _, part := range strings.Split(text, ",") {
		first, last, isRange := strings.Cut(part, ":")
		f, err := strconv.Atoi(first)
		if err != nil {
			return nil, err
		}
		l := f
		if isRange {
			if l, err = strconv.Atoi(last); err != nil {
				return nil, err
			}
		}
		spans = append(spans, span{f, l})
	}
	return func(port int) bool {
		for _, s := range spans {
			if port >= s.first && port <= s.last {
				return true
			}
		}
		return false
	}, nil
}

// kernelSet is an IP set of one family in the kernel.
type kernelSet struct {
	nets  []netip.Prefix
	ports map[ipPort]bool
}

type ipPort struct {
	addr           netip.Addr
	protocol, port int
}

func (s *kernelSet) hasAddress(a netip.Addr) bool {
	for _, n := range s.nets {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

func (s *kernelSet) hasPort(a netip.Addr, protocol, port int) bool {
	return s.ports[ipPort{a, protocol, port}]
}

// loadSet keeps the members of one family, as Felix's IP sets do.
func loadSet(members []string, family int) (*kernelSet, error) {
	s := &kernelSet{ports: map[ipPort]bool{}}
	for _, member := range members {
		address, port, hasPort := strings.Cut(member, ",")
		if (strings.Contains(address, ":")) != (family == 6) {
			continue
		}
		if !hasPort {
			if !strings.Contains(address, "/") {
				address += map[int]string{4: "/32", 6: "/128"}[family]
			}
			n, err := netip.ParsePrefix(address)
			if err != nil {
				return nil, err
			}
			s.nets = append(s.nets, n.Masked())
			continue
		}
		name, number, _ := strings.Cut(port, ":")
		a, err := netip.ParseAddr(address)
		if err != nil {
			return nil, err
		}
		n, err := strconv.Atoi(number)
		if err != nil {
			return nil, err
		}
		protocol, ok := protocols[name]
		if !ok {
			return nil, fmt.Errorf("IP set member %s", member)
		}
		s.ports[ipPort{a, protocol, n}] = true
	}
	return s, nil
}
