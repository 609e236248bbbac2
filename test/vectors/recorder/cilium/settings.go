package main

import (
	"io"
	"log/slog"
	"strings"

	cmtypes "github.com/cilium/cilium/pkg/clustermesh/types"
	"github.com/cilium/cilium/pkg/labelsfilter"
	"github.com/cilium/cilium/pkg/option"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/policy/api"
)

// quiet takes the engine's log; what it refuses comes back as errors.
var quiet = slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelError + 1}))

// settings are those of cilium-config that policy depends on, with the agent's defaults.
type settings struct {
	cluster    string // the cluster's name
	forPeers   string // what peer selectors are narrowed to, or the mark for any cluster
	enforce    string
	labels     string
	nodeLabels string
}

// configure sets the agent's options, which are global, from a world's documents.
func configure(docs []*document) (*settings, error) {
	data := map[string]string{}
	for _, d := range docs {
		if d.Kind != "ConfigMap" || d.Metadata.Name != "cilium-config" {
			continue
		}
		var config struct {
			Data map[string]string `json:"data"`
		}
		if err := d.into(&config); err != nil {
			return nil, err
		}
		data = config.Data
	}
	text := func(key, otherwise string) string {
		if v, ok := data[key]; ok {
			return v
		}
		return otherwise
	}
	is := func(key string, otherwise bool) bool {
		if v, ok := data[key]; ok {
			return v == "true"
		}
		return otherwise
	}
	c := option.Config
	c.EnableIPv4 = is("enable-ipv4", true)
	c.EnableIPv6 = is("enable-ipv6", true)
	c.EnableL7Proxy = is("enable-l7-proxy", true)
	c.EnableICMPRules = is("enable-icmp-rules", true)
	c.EnableNodeSelectorLabels = is("enable-node-selector-labels", false)
	c.EnableHostFirewall = is("enable-host-firewall", false)
	c.EnableNonDefaultDenyPolicies = is("enable-non-default-deny-policies", true)
	c.EnableExtendedIPProtocols = is("enable-extended-ip-protocols", false)
	c.AllowLocalhost = text("allow-localhost", option.AllowLocalhostAuto)
	if c.AllowLocalhost == option.AllowLocalhostAuto { // what the agent makes of it on Kubernetes
		c.AllowLocalhost = option.AllowLocalhostAlways
	}
	c.PolicyCIDRMatchMode = strings.Fields(text("policy-cidr-match-mode", ""))
	s := &settings{cluster: text("cluster-name", "default"), enforce: text("enable-policy", option.DefaultEnforcement),
		labels: text("labels", ""), nodeLabels: text("node-labels", "")}
	c.ClusterName = s.cluster
	local := cmtypes.DefaultPolicyConfig
	local.PolicyDefaultLocalCluster = is("policy-default-local-cluster", local.PolicyDefaultLocalCluster)
	s.forPeers = cmtypes.LocalClusterNameForPolicies(local, s.cluster)
	policy.SetPolicyEnabled(s.enforce)
	api.InitEntities(s.cluster)
	return s, labelsfilter.ParseLabelPrefixCfg(quiet, strings.Fields(s.labels), strings.Fields(s.nodeLabels), "")
}
