// Command yaml records what kubectl's own YAML reader makes of tricky texts.
//
// Three readings of each text are kept, because the reader of netpol-migrate has to
// agree with the last one and can only be debugged with the help of the other two:
//
//	single  sigs.k8s.io/yaml.YAMLToJSON: the first document of the text, read the way
//	        kubectl reads one document (duplicate keys allowed, the last one wins);
//	strict  the same with YAMLToJSONStrict, kept only where it differs;
//	stream  the loop of kubectl's `-f FILE`: apimachinery's NewYAMLOrJSONDecoder with
//	        the buffer size that kubectl uses, each document into a RawExtension, empty
//	        documents and `null` skipped, everything before an error kept.
//
// The JSON is kept as text, so that the form of numbers (1e+06, -0, 1.0) is not lost.
//
// recorder/record-yaml.sh runs it.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// kubectlBuffer is the look-ahead that kubectl gives to NewYAMLOrJSONDecoder.
const kubectlBuffer = 4096

// longJSON is the size from which a result is kept as a digest: an alias bomb
// that is let through would otherwise fill the file.
const longJSON = 4000

// input is one text to read.
type input struct {
	name string
	text string
}

// reading is what one of the three readers made of a text.
type reading struct {
	JSON      []string `json:"json"`
	Empty     int      `json:"empty,omitempty"`
	Error     string   `json:"error,omitempty"`
	JSONBytes int      `json:"jsonBytes,omitempty"`
	SHA256    string   `json:"sha256,omitempty"`
	// Or holds the other results that the same text gives on other runs: two keys
	// that become one only when they are turned into strings meet in a Go map.
	Or []reading `json:"or,omitempty"`
}

// attempts is how often a text is read to find out whether the result varies; the rarer
// order of two keys in a Go map comes up in about one of eight.
const attempts = 500

type recordedCase struct {
	Name        string   `json:"name"`
	Input       *string  `json:"input,omitempty"`
	InputBase64 string   `json:"inputBase64,omitempty"`
	Repeat      *repeat  `json:"inputRepeated,omitempty"`
	Single      reading  `json:"single"`
	Strict      *reading `json:"strict,omitempty"`
	Stream      reading  `json:"stream"`
}

// repeat keeps a long and regular text short: prefix, part times count, suffix.
type repeat struct {
	Prefix string `json:"prefix,omitempty"`
	Part   string `json:"part"`
	Count  int    `json:"count"`
	Middle string `json:"middle,omitempty"`
	Close  string `json:"close,omitempty"`
	Suffix string `json:"suffix,omitempty"`
}

func (r repeat) text() string {
	return r.Prefix + strings.Repeat(r.Part, r.Count) + r.Middle + strings.Repeat(r.Close, r.Count) + r.Suffix
}

type recording struct {
	Engine   map[string]string `json:"engine"`
	Recorded string            `json:"recorded"`
	Readings map[string]string `json:"readings"`
	Cases    []recordedCase    `json:"cases"`
}

func main() {
	out := flag.String("out", "", "file to write; standard output if absent")
	date := flag.String("date", "", "day of the recording, YYYY-MM-DD")
	flag.Parse()

	result := recording{
		Engine:   moduleVersions("sigs.k8s.io/yaml", "go.yaml.in/yaml/v2", "k8s.io/apimachinery"),
		Recorded: *date,
		Readings: map[string]string{
			"single": "YAMLToJSON: the first document only, duplicate keys allowed",
			"strict": "YAMLToJSONStrict; absent where it says the same as single",
			"stream": "kubectl -f: all documents; empty = how many were skipped as empty or null",
			"or":     "results that other runs of the same reader gave for the same text",
		},
	}
	seen := map[string]bool{}
	for _, in := range allInputs() {
		if seen[in.name] {
			fail(fmt.Errorf("two cases are called %q", in.name))
		}
		seen[in.name] = true
		one := record(in.name, in.text)
		if utf8.ValidString(in.text) && !strings.ContainsRune(in.text, 0) {
			text := in.text
			one.Input = &text
		} else {
			one.InputBase64 = base64.StdEncoding.EncodeToString([]byte(in.text))
		}
		result.Cases = append(result.Cases, one)
	}
	for _, long := range longInputs() {
		one := record(long.name, long.repeat.text())
		one.Repeat = &long.repeat
		result.Cases = append(result.Cases, one)
	}

	text, err := encode(result)
	if err != nil {
		fail(err)
	}
	if *out == "" {
		os.Stdout.Write(text)
		return
	}
	if err := os.WriteFile(*out, text, 0o644); err != nil {
		fail(err)
	}
	fmt.Fprintf(os.Stderr, "%d cases\n", len(result.Cases))
}

func record(name, text string) recordedCase {
	one := recordedCase{
		Name:   name,
		Single: settled(text, func() reading { return readOne(text, yaml.YAMLToJSON) }),
		Stream: settled(text, func() reading { return readStream(text) }),
	}
	strict := settled(text, func() reading { return readOne(text, yaml.YAMLToJSONStrict) })
	if !same(strict, one.Single) {
		one.Strict = &strict
	}
	return one
}

// settled reads a text several times; long texts have one shape only and are read once.
func settled(text string, read func() reading) reading {
	if len(text) > longJSON {
		return read()
	}
	var results []reading
	for range attempts {
		result := read()
		if !slices.ContainsFunc(results, func(known reading) bool { return same(known, result) }) {
			results = append(results, result)
		}
	}
	// The order of the first sight is chance, so the recording orders by text.
	slices.SortFunc(results, func(a, b reading) int {
		left, _ := json.Marshal(a)
		right, _ := json.Marshal(b)
		return bytes.Compare(left, right)
	})
	first := results[0]
	first.Or = results[1:]
	return first
}

func readOne(text string, convert func([]byte) ([]byte, error)) (result reading) {
	// A panic inside the reader would be a finding too, and must not end the recording.
	defer func() {
		if p := recover(); p != nil {
			result = reading{JSON: []string{}, Error: fmt.Sprintf("panic: %v", p)}
		}
	}()
	result.JSON = []string{}
	converted, err := convert([]byte(text))
	if err != nil {
		result.Error = err.Error()
		return result
	}
	result.add(string(converted))
	return result
}

func readStream(text string) (result reading) {
	defer func() {
		if p := recover(); p != nil {
			result.Error = fmt.Sprintf("panic: %v", p)
		}
	}()
	result.JSON = []string{}
	decoder := utilyaml.NewYAMLOrJSONDecoder(strings.NewReader(text), kubectlBuffer)
	for {
		extension := runtime.RawExtension{}
		if err := decoder.Decode(&extension); err != nil {
			if err != io.EOF {
				result.Error = err.Error()
			}
			return result
		}
		raw := bytes.TrimSpace(extension.Raw)
		if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
			result.Empty++
			continue
		}
		result.add(string(raw))
	}
}

func (r *reading) add(text string) {
	if len(text) > longJSON {
		digest := sha256.Sum256([]byte(text))
		r.JSONBytes = len(text)
		r.SHA256 = hex.EncodeToString(digest[:])
		return
	}
	r.JSON = append(r.JSON, text)
}

func same(a, b reading) bool {
	left, _ := json.Marshal(a)
	right, _ := json.Marshal(b)
	return bytes.Equal(left, right)
}

// encode writes one case a line, so that a changed case is one changed line.
func encode(result recording) ([]byte, error) {
	var out bytes.Buffer
	head, err := marshal(struct {
		Engine   map[string]string `json:"engine"`
		Recorded string            `json:"recorded"`
		Readings map[string]string `json:"readings"`
	}{result.Engine, result.Recorded, result.Readings})
	if err != nil {
		return nil, err
	}
	out.Write(bytes.TrimSuffix(head, []byte("}")))
	out.WriteString(",\n\"cases\":[\n")
	for i, one := range result.Cases {
		line, err := marshal(one)
		if err != nil {
			return nil, err
		}
		out.Write(line)
		if i < len(result.Cases)-1 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
	}
	out.WriteString("]}\n")
	return out.Bytes(), nil
}

// marshal leaves <, > and & as they are: selectors and YAML are full of them.
func marshal(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

func moduleVersions(paths ...string) map[string]string {
	versions := map[string]string{}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return versions
	}
	for _, dependency := range info.Deps {
		for _, path := range paths {
			if dependency.Path == path {
				versions[path] = dependency.Version
			}
		}
	}
	return versions
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
