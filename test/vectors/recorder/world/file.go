package world

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
)

// Write stores a file as gzipped JSON. The bytes depend on nothing but the
// content (no name, no time in the gzip header), so recording the same thing
// twice gives the same file.
func Write(path string, f *File) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(f); err != nil {
		return err
	}
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := zip.Write(text.Bytes()); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, packed.Bytes(), 0o644)
}

// Read loads a gzipped vector file.
func Read(path string) (*File, error) {
	raw, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer raw.Close()
	zip, err := gzip.NewReader(raw)
	if err != nil {
		return nil, err
	}
	var f File
	if err := json.NewDecoder(zip).Decode(&f); err != nil {
		return nil, err
	}
	if f.Format != Format {
		return nil, fmt.Errorf("%s: format %d, want %d", path, f.Format, Format)
	}
	return &f, nil
}
