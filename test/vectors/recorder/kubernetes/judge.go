package main

import (
	"netpol-migrate.dev/vectors/recorder/world"
)

// names is how many names a port of a pod may have.
const names = 4

// judgeFile asks about every flow of a file that holds what the converter wrote, and stores
// the answers in place of the verdicts that were there.
func judgeFile(in, out string) error {
	file, err := world.Read(in)
	if err != nil {
		return err
	}
	file.Engine = world.Engine{Name: "kubernetes", Module: matcherModule, Version: moduleVersion(matcherModule), Release: "networking.k8s.io/v1; k8s.io/apimachinery " + moduleVersion("k8s.io/apimachinery")}
	for i := range file.Worlds {
		w := &file.Worlds[i]
		c := readCluster(w)
		asked := newJudge(c, c.policies)
		for k, row := range w.Flows {
			flow := row.Flow()
			// A rule by any of the names of a port allows it, and no rule denies.
			allowed := false
			for asked.nameAt = 0; asked.nameAt < names && !allowed; asked.nameAt++ {
				allowed = asked.ask(flow).allowed
			}
			w.Flows[k] = world.Record(flow, allowed, -1)
		}
	}
	return world.Write(out, file)
}
