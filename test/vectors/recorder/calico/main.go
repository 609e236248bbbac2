package main

import (
	_ "github.com/projectcalico/api/pkg/apis/projectcalico/v3"
	_ "github.com/projectcalico/calico/felix/calc"
	_ "github.com/projectcalico/calico/felix/rules"
	_ "github.com/projectcalico/calico/felix/iptables"
	_ "github.com/projectcalico/calico/felix/nftables"
	_ "github.com/projectcalico/calico/felix/generictables"
	_ "github.com/projectcalico/calico/app-policy/checker"
	_ "github.com/projectcalico/calico/libcalico-go/lib/backend/syncersv1/updateprocessors"
	_ "github.com/projectcalico/calico/libcalico-go/lib/backend/k8s/conversion"
	_ "github.com/projectcalico/calico/libcalico-go/lib/validator/v3"
)

func main() {}
